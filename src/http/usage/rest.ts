import type { FastifyInstance } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import { InvalidArgument } from '../../usage/invalid-argument.ts';
import { type ListedMessage, wholeList } from '../../usage/usage-list.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import type { AnswerCache } from '../graphql/answer-cache.ts';
import { type PeriodFormat, sendWholePeriod } from './whole-period.ts';

const format: PeriodFormat = {
  name: 'json',
  contentType: 'application/json; charset=utf-8',
  fileName: null,
  write: usageJson,
};

/** Serves the REST contract at `GET /usage`: the whole current period, or an error; never a part. */
export function addRestEndpoint(
  app: FastifyInstance,
  {
    reader,
    answers,
    log,
  }: { readonly reader: UsageReader; readonly answers: AnswerCache; readonly log: Log },
): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/usage',
    handler: (request, reply) => {
      const [argument] = Object.keys(Object(request.query));
      if (argument !== undefined)
        throw new InvalidArgument({ argument, problem: 'is unknown: this is the current period as it is' });
      return sendWholePeriod(request, reply, {
        reader,
        periodId: null,
        choice: wholeList,
        format,
        answers,
        log,
      });
    },
  });
}

async function* usageJson(
  batches: AsyncIterable<readonly ListedMessage[]>,
): AsyncGenerator<string, void, undefined> {
  let separator = '{"usage":[';
  for await (const batch of batches) {
    yield separator + batch.map(messageJson).join();
    separator = ',';
  }
  yield separator === ',' ? ']}' : '{"usage":[]}';
}

function messageJson({ id, timestamp, reportName, credits }: ListedMessage): string {
  return JSON.stringify({
    message_id: id,
    timestamp,
    ...(reportName === null ? {} : { report_name: reportName }),
    credits_used: credits?.toNumber(),
  });
}
