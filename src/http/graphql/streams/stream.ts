import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ExecutionResult, GraphQLError } from 'graphql';

import type { LiveAnswers, LiveRequest } from '../../../graphql/live-answers.ts';
import { Refusal, unauthenticated } from '../../refusal.ts';
import type { SubscriptionCheck, SubscriptionParameters } from './subscription-check.ts';
import type { SubscriptionCount } from './subscription-limits.ts';

/** Who is asking on a connection, and until when that is true. */
export interface Subscriber {
  readonly account: string;
  /** When the credential ends, epoch ms; null: never. */
  readonly endsMs: number | null;
}

/** What both kinds of streams work with. */
export interface StreamOptions {
  readonly check: SubscriptionCheck;
  readonly answers: LiveAnswers;
  readonly count: SubscriptionCount;
  /** Counts one request; throws a `Refusal` when there were too many. Null: nobody counts. */
  readonly countRequest: ((request: FastifyRequest) => Promise<void>) | null;
  readonly now: () => Date;
}

/** A subscription that runs, or why it does not. */
export type Stream =
  | { readonly request: LiveRequest; readonly results: AsyncGenerator<ExecutionResult, void, undefined> }
  | { readonly errors: readonly GraphQLError[] };

/** The longest wait that a timer takes. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Begins a subscription behind the guards that queries meet.
 * @param connection whatever stands for the connection. @param closed ends the subscription.
 */
export async function openStream(
  options: StreamOptions,
  { account, endsMs }: Subscriber,
  connection: object,
  parameters: SubscriptionParameters,
  closed: AbortSignal,
): Promise<Stream> {
  if (endsMs !== null && endsMs <= options.now().getTime()) {
    return { errors: [toGraphQLError(unauthenticated())] };
  }
  const checked = await options.check(account, parameters);
  if ('errors' in checked) {
    return { errors: checked.errors.map(({ message, ...facts }) => new GraphQLError(message, facts)) };
  }
  try {
    const end = options.count.begin(account, connection);
    const { request } = checked;
    return { request, results: runUntilExpired(options, request, endsMs, closed, end) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { errors: [toGraphQLError(error)] };
  }
}

async function* runUntilExpired(
  { answers, now }: StreamOptions,
  request: LiveRequest,
  endsMs: number | null,
  closed: AbortSignal,
  end: () => void,
): AsyncGenerator<ExecutionResult, void, undefined> {
  const ended = new AbortController();
  const stop = () => ended.abort();
  closed.addEventListener('abort', stop, { once: true });
  if (closed.aborted) stop();
  let hasExpired = false;
  const timer =
    endsMs === null
      ? null
      : setTimeout(
          () => {
            hasExpired = true;
            stop();
          },
          Math.min(Math.max(0, endsMs - now().getTime()), maxTimerMs),
        );
  try {
    yield* answers.subscribe(request, ended.signal);
    if (hasExpired) yield { errors: [toGraphQLError(unauthenticated())] };
  } finally {
    if (timer !== null) clearTimeout(timer);
    closed.removeEventListener('abort', stop);
    end();
  }
}

/** A refusal as GraphQL tells it. */
export function toGraphQLError({ failure }: Refusal): GraphQLError {
  return new GraphQLError(failure.message, { extensions: { code: failure.code, ...failure.facts } });
}

/** Aborts its signal when the server begins to close. */
export function closingSignal(app: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  return closing.signal;
}
