import { Readable } from 'node:stream';

import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Log } from '../telemetry/log.ts';
import type { RecordedMessage } from '../usage/message-query.ts';
import { Unpriced } from '../usage/report-loader.ts';
import { FirstPullFailed } from '../usage/sync.ts';
import type { UsageReader } from '../usage/usage-reader.ts';

/** Serves the REST contract at `GET /usage`: the whole current period, or an error; never a part. */
export function addRestEndpoint(
  app: FastifyInstance,
  { reader, log }: { readonly reader: UsageReader; readonly log: Log },
): void {
  app.get('/usage', async (request, reply) => {
    const session = reader.openSession(request.account);
    try {
      const usage = await session.usage(null);
      if (usage.totals.unpricedCount > 0) return refuse(reply, unpricedProblem(usage.totals.unpricedCount));
      const batches = session.pricedMessages(usage);
      // The first batch is read before the status is sent: small periods fail as a whole.
      const first = await batches.next();
      const body = Readable.from(usageJson(first.value ?? [], batches));
      body.on('error', (error) => log.error({ err: error }, 'REST answer broken off'));
      return reply.type('application/json; charset=utf-8').send(body);
    } catch (error) {
      if (error instanceof Unpriced) return refuse(reply, unpricedProblem(1));
      if (error instanceof FirstPullFailed) return refuse(reply, unavailableProblem);
      throw error;
    }
  });
}

interface Problem {
  readonly code: string;
  readonly message: string;
}

const unavailableProblem: Problem = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'No usage was recorded yet, and the upstream does not answer. Try again later.',
};

function unpricedProblem(count: number): Problem {
  return {
    code: 'UNPRICED',
    message: `${count} or more messages have no price yet, because their reports could not be read. Try again later.`,
  };
}

function refuse(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(503).header('retry-after', '10').send({ error: problem });
}

async function* usageJson(
  first: readonly RecordedMessage[],
  rest: AsyncIterable<readonly RecordedMessage[]>,
): AsyncGenerator<string, void, undefined> {
  yield `{"usage":[${first.map(messageJson).join()}`;
  for await (const batch of rest) yield `,${batch.map(messageJson).join()}`;
  yield ']}';
}

function messageJson({ id, timestamp, reportName, credits }: RecordedMessage): string {
  return JSON.stringify({
    message_id: id,
    timestamp,
    ...(reportName === null ? {} : { report_name: reportName }),
    credits_used: credits?.toNumber(),
  });
}
