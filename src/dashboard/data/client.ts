import type { TypedDocumentString } from '../../../schema/generated/graphql.ts';
import type { Problem } from './problem.ts';
import { type Answer, idOf, request } from './request.ts';

/** What is known of one query: the newest data, and what stands in the way of newer. */
export interface Known<Result> {
  readonly data: Result | null;
  readonly problem: Problem | null;
}

// Answers that nobody looks at are kept for Back and for a second look.
const maxUnwatched = 40;
const unknown: Known<never> = { data: null, problem: null };

/**
 * Asks each query once for all that look at it, keeps old figures until newer ones are there, and asks again when the
 * account has changed or a pause is over.
 */
export class Client {
  readonly #entries = new Map<string, Entry>();
  readonly #outageWatchers = new Set<() => void>();
  #epoch = 0;
  #outage: Problem | null = null;
  /** What keeps the news from being read. */
  #newsProblem: Problem | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;

  /** What keeps the whole page from newer figures; null: nothing. */
  get outage(): Problem | null {
    return this.#outage;
  }

  /** Tells whenever `outage` changes. @returns what ends it. */
  watchOutage(tell: () => void): () => void {
    this.#outageWatchers.add(tell);
    return () => this.#outageWatchers.delete(tell);
  }

  /** What is known of a query by now. */
  read<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Known<Result> {
    const { data, problem } = this.#entries.get(keyOf(document, variables))?.known ?? unknown;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key names the document, and its data has the document's type.
    return { data: data as Result | null, problem };
  }

  /** Asks now if need be, and tells whenever what is known changes. @returns what ends it. */
  watch<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    tell: () => void,
  ): () => void {
    const entry = this.#entryOf(document, variables);
    entry.watchers.add(tell);
    void this.#refresh(entry);
    return () => {
      entry.watchers.delete(tell);
      this.#forgetOldest();
    };
  }

  /** Keeps what is known to be the answer to a query that was not asked yet. */
  keep<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    data: Result,
  ): void {
    const entry = this.#entryOf(document, variables);
    entry.known = { data, problem: null };
    entry.epoch = this.#epoch;
  }

  /** What is known is old from now on: asks again for all that is looked at. */
  refresh(): void {
    this.#epoch += 1;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    for (const entry of this.#entries.values()) void this.#refresh(entry);
  }

  /** Forgets everything: somebody else may look from now on. */
  reset(): void {
    for (const entry of this.#entries.values()) entry.known = unknown;
    this.noteNews(null);
    this.refresh();
  }

  /** Takes note of whether the news could be read; once they can be again, so can all else. */
  noteNews(problem: Problem | null): void {
    const back = problem === null && this.#outage?.kind === 'wait';
    this.#newsProblem = problem;
    this.#noteOutage();
    if (back) this.refresh();
  }

  /** Looks what keeps the page from newer figures, and asks again after its pause. */
  #noteOutage(): void {
    const problems = [...this.#entries.values()].flatMap(({ known: { problem }, watchers }) =>
      problem === null || problem.kind === 'refused' || watchers.size === 0 ? [] : problem,
    );
    const outage = problems[0] ?? this.#newsProblem;
    if (this.#retry === null && outage?.kind === 'wait')
      this.#retry = setTimeout(
        () => refreshWhenVisible(() => this.refresh()),
        Math.max(0, outage.retryAtMs - Date.now()),
      );
    if (this.#outage === outage) return;
    this.#outage = outage;
    for (const tell of this.#outageWatchers) tell();
  }

  async #refresh(entry: Entry): Promise<void> {
    if (entry.asking || entry.watchers.size === 0 || entry.epoch === this.#epoch) return;
    const epoch = this.#epoch;
    entry.asking = true;
    const { data, problem } = await entry.ask();
    const refused = problem?.kind === 'refused';
    // Old figures stay while newer ones cannot be had; what was refused never had any.
    entry.known = { data: data ?? (refused ? null : entry.known.data), problem };
    entry.epoch = epoch;
    entry.asking = false;
    this.#noteOutage();
    for (const tell of entry.watchers) tell();
    void this.#refresh(entry);
  }

  /** The entry that was used last stands last. */
  #entryOf<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Entry {
    const key = keyOf(document, variables);
    const entry = this.#entries.get(key) ?? new Entry(() => request(document, variables));
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #forgetOldest(): void {
    const unwatched = [...this.#entries].filter(([, { watchers }]) => watchers.size === 0);
    for (const [key] of unwatched.slice(0, -maxUnwatched)) this.#entries.delete(key);
  }
}

/** One query and what is known of it. */
class Entry {
  readonly ask: () => Promise<Answer<unknown>>;
  readonly watchers = new Set<() => void>();
  known: Known<unknown> = unknown;
  /** The state of the account that is known; −1: none. */
  epoch = -1;
  asking = false;

  constructor(ask: () => Promise<Answer<unknown>>) {
    this.ask = ask;
  }
}

/** Nobody is shown what is asked for while the tab is hidden. */
function refreshWhenVisible(refresh: () => void): void {
  if (document.hidden) document.addEventListener('visibilitychange', refresh, { once: true });
  else refresh();
}

function keyOf(document: Parameters<typeof idOf>[0], variables: unknown): string {
  return `${idOf(document).documentId} ${JSON.stringify(variables)}`;
}
