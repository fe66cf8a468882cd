import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLSchema } from 'graphql';

import { toPublicResult } from '../../../graphql/errors.ts';
import { LiveAnswers } from '../../../graphql/live-answers.ts';
import type { AccountWatch } from '../../../live/account-watch.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Metrics } from '../../../telemetry/metrics.ts';
import type { Identify } from '../../guards/authentication.ts';
import { addServerSentEvents } from './sse.ts';
import type { StreamOptions, Subscriber } from './stream.ts';
import { createSubscriptionCheck, type SubscriptionCheckOptions } from './subscription-check.ts';
import { SubscriptionCount, type SubscriptionLimits } from './subscription-limits.ts';
import { createWebSocketHandler } from './websocket.ts';

/** What guards subscriptions, and what they are told by. */
export interface StreamGuards {
  /** Tells when an account changed. */
  readonly watch: AccountWatch;
  readonly subscriptionLimits: SubscriptionLimits;
  readonly metrics: Pick<Metrics, 'subscriptions'>;
  readonly identify: Identify;
  /** Counts one request; throws a `Refusal` when there were too many. Null: nobody counts. */
  readonly countRequest: ((request: FastifyRequest) => Promise<void>) | null;
  readonly now: () => Date;
}

/** What streams work with. */
export interface StreamsOptions extends StreamGuards, SubscriptionCheckOptions {
  readonly schema: GraphQLSchema;
  /** Whether errors keep quiet about the schema. */
  readonly production: boolean;
  readonly log: Log;
}

/** Serves subscriptions as server-sent events, and makes the handler of WebSockets. */
export function createStreams(app: FastifyInstance, options: StreamsOptions) {
  const { schema, reader, watch, production, identify, log } = options;
  const formatErrors = (result: ExecutionResult) =>
    toPublicResult(result, log, { hideSuggestions: production });
  const onFault = (error: unknown) => log.error({ err: error }, 'subscription failed');
  const streamOptions: StreamOptions = {
    check: createSubscriptionCheck(options),
    answers: new LiveAnswers({ schema, reader, watch, formatErrors, onFault }),
    count: new SubscriptionCount(options.subscriptionLimits, options.metrics.subscriptions),
    countRequest: options.countRequest,
    now: options.now,
  };
  addServerSentEvents(app, {
    ...streamOptions,
    subscriberOf: ({ account, credentialEndsMs }) => ({ account, endsMs: credentialEndsMs }),
  });
  return {
    /** Answers subscriptions of a WebSocket that was opened at this server. */
    handleWebSocket: createWebSocketHandler(app, {
      ...streamOptions,
      schema,
      subscriberOf: knownSubscriber,
      async identify(request, headers) {
        await identify(request, headers);
        return knownSubscriber(request);
      },
      onFault,
    }),
  };
}

function knownSubscriber({ knownAccount, credentialEndsMs }: FastifyRequest): Subscriber | null {
  return knownAccount === null ? null : { account: knownAccount, endsMs: credentialEndsMs };
}
