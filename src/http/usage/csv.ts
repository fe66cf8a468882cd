import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import type { ListedMessage } from '../../usage/usage-list.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import type { AnswerCache } from '../graphql/answer-cache.ts';
import { type PeriodFormat, sendWholePeriod } from './whole-period.ts';

const format: PeriodFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  fileName: (periodId) => `usage-period-${periodId}.csv`,
  write: usageCsv,
};

/** Serves `GET /usage.csv`: every message of the current period, or of the one that `?period=` names. */
export function addCsvEndpoint(
  app: FastifyInstance,
  {
    reader,
    answers,
    log,
  }: { readonly reader: UsageReader; readonly answers: AnswerCache; readonly log: Log },
): void {
  app.route<{ readonly Querystring: { readonly period?: string } }>({
    method: ['GET', 'HEAD'],
    url: '/usage.csv',
    // Two periods at once are an error rather than the first of them.
    schema: { querystring: { type: 'object', properties: { period: { type: 'string' } } } },
    handler: (request, reply) =>
      sendWholePeriod(request, reply, {
        reader,
        periodId: request.query.period ?? null,
        format,
        answers,
        log,
      }),
  });
}

async function* usageCsv(
  batches: AsyncIterable<readonly ListedMessage[]>,
): AsyncGenerator<string, void, undefined> {
  yield rows([['message_id', 'timestamp', 'report_name', 'credits_used']]);
  for await (const batch of batches) yield rows(batch.map(toRow));
}

function toRow({ id, timestamp, reportName, credits }: ListedMessage): Row {
  return [id, timestamp, reportName?.replace(hiddenFormula, "'$&") ?? null, credits?.toString() ?? null];
}

// csv-stringify looks at the first character alone; spreadsheets skip what cannot be seen.
const hiddenFormula = /^[\s\u200B\uFEFF]+[=+\-@]/u;

type Row = readonly (string | number | null)[];

function rows(records: readonly Row[]): string {
  return stringify([...records], {
    // RFC 4180's line break, which text/csv promises.
    record_delimiter: 'windows',
    // Or only that very line break would be quoted, and not a lone CR or LF in a name.
    quote_record_delimiter: true,
    // Where lists are separated by semicolons, one would begin a new cell.
    quoted_match: ';',
    // Report names come from outside, and spreadsheets would run those that begin like a formula.
    escape_formulas: true,
  });
}
