import { type DocumentNode, execute, type ExecutionResult, type GraphQLSchema } from 'graphql';

import { type AccountWatch, isEqual, type WatchedState } from '../live/account-watch.ts';
import { Newest } from '../live/newest.ts';
import type { UsageReader } from '../usage/usage-reader.ts';

/** A subscription that was checked: what to answer, again and again, and whose usage it is. */
export interface LiveRequest {
  readonly account: string;
  readonly document: DocumentNode;
  /** The document's text. Watchers with the same text, operation and variables share one execution. */
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What live answers are made with. */
export interface LiveAnswersOptions {
  readonly schema: GraphQLSchema;
  readonly reader: UsageReader;
  readonly watch: AccountWatch;
  /** Makes the errors of an answer what a client may know of them. */
  readonly formatErrors: (result: ExecutionResult) => ExecutionResult;
  /** Learns of each error that is no answer. */
  readonly onFault: (error: unknown) => void;
}

/** An answer and the state of the account that it tells. */
interface ToldAnswer {
  readonly result: ExecutionResult;
  /** Null: nothing is recorded yet, so that any state is news. */
  readonly state: WatchedState | null;
}

/** Answers subscriptions anew with each change of their account: once for all that ask the same. */
export class LiveAnswers {
  readonly #options: LiveAnswersOptions;
  readonly #shared = new Map<string, SharedAnswer>();

  constructor(options: LiveAnswersOptions) {
    this.#options = options;
  }

  /** Gives the newest answer at once, and then each newer one, until the reader stops or `ended` is aborted. */
  async *subscribe(
    request: LiveRequest,
    ended: AbortSignal,
  ): AsyncGenerator<ExecutionResult, void, undefined> {
    const { account, query, operationName, variables } = request;
    const key = JSON.stringify([account, query, operationName, variables]);
    const shared = this.#shared.get(key) ?? new SharedAnswer(request, this.#options);
    this.#shared.set(key, shared);
    const newest = new Newest<ExecutionResult>();
    const end = () => newest.end();
    ended.addEventListener('abort', end, { once: true });
    shared.add(newest);
    try {
      if (ended.aborted) return;
      for (let taken = await newest.take(); taken !== null; taken = await newest.take()) yield taken.it;
    } finally {
      ended.removeEventListener('abort', end);
      if (shared.remove(newest)) this.#shared.delete(key);
    }
  }
}

/** One account's answer to one question, and all that wait for it. */
class SharedAnswer {
  readonly #request: LiveRequest;
  readonly #options: LiveAnswersOptions;
  readonly #watchers = new Set<Newest<ExecutionResult>>();
  #newest: ToldAnswer | null = null;
  #answering = false;
  /** The state that was told since the latest execution began; null when none was. */
  #told: WatchedState | null = null;
  #unwatch: (() => void) | null = null;

  constructor(request: LiveRequest, options: LiveAnswersOptions) {
    this.#request = request;
    this.#options = options;
  }

  add(watcher: Newest<ExecutionResult>): void {
    this.#watchers.add(watcher);
    if (this.#newest !== null) watcher.put(this.#newest.result);
    if (this.#unwatch !== null) return;
    void this.#answer();
    this.#unwatch = this.#options.watch.watch(this.#request.account, (state) => {
      this.#told = state;
      if (!this.#answering && this.#isNews(state)) void this.#answer();
    });
  }

  /** @returns whether nobody waits any more. */
  remove(watcher: Newest<ExecutionResult>): boolean {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return false;
    this.#unwatch?.();
    this.#unwatch = null;
    return true;
  }

  /** Answers, and again while news came meanwhile: one execution at a time, however fast the account changes. */
  async #answer(): Promise<void> {
    this.#answering = true;
    try {
      do {
        this.#told = null;
        this.#newest = await this.#execute();
        for (const watcher of this.#watchers) watcher.put(this.#newest.result);
      } while (this.#watchers.size > 0 && this.#told !== null && this.#isNews(this.#told));
    } catch (error) {
      this.#options.onFault(error);
      for (const watcher of this.#watchers) watcher.end();
    } finally {
      this.#answering = false;
    }
  }

  #isNews(told: WatchedState): boolean {
    const known = this.#newest?.state ?? null;
    // What was read is newer than what was told when a pull came between the two.
    return known === null || (known.revision <= told.revision && !isEqual(known, told));
  }

  async #execute(): Promise<ToldAnswer> {
    const { schema, reader, formatErrors } = this.#options;
    const { account, document, operationName, variables } = this.#request;
    const { answer } = await reader.readOneState(account, async (session) => {
      const result = await execute({
        schema,
        document,
        operationName,
        variableValues: variables,
        contextValue: { session },
      });
      return { result: formatErrors(result), state: await session.watchedState() };
    });
    return answer;
  }
}
