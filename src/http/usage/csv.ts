import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import type { ListedMessage } from '../../usage/usage-list.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import type { AnswerCache } from '../graphql/answer-cache.ts';
import { toCell } from './csv-cells.ts';
import { parseCsvQuery } from './csv-query.ts';
import { type PeriodFormat, sendWholePeriod } from './whole-period.ts';

/**
 * Serves `GET /usage.csv`: the messages of the current period, or of the one that `?period=` names; all of them, or those
 * of a range and a filter, sorted as asked.
 */
export function addCsvEndpoint(
  app: FastifyInstance,
  {
    reader,
    answers,
    log,
  }: { readonly reader: UsageReader; readonly answers: AnswerCache; readonly log: Log },
): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/usage.csv',
    handler(request, reply) {
      const { search } = new URL(request.url, 'http://localhost');
      const { periodId, choice, hasBom } = parseCsvQuery(new URLSearchParams(search));
      const format = hasBom ? excelFormat : plainFormat;
      return sendWholePeriod(request, reply, { reader, periodId, choice, format, answers, log });
    },
  });
}

const plainFormat: PeriodFormat = {
  name: 'csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  fileName: (periodId) => `usage-period-${periodId}.csv`,
  write: (batches) => usageCsv(batches, ''),
};

const excelFormat: PeriodFormat = {
  ...plainFormat,
  name: 'csv with bom',
  write: (batches) => usageCsv(batches, '\uFEFF'),
};

async function* usageCsv(
  batches: AsyncIterable<readonly ListedMessage[]>,
  prefix: string,
): AsyncGenerator<string, void, undefined> {
  yield prefix + rows([['message_id', 'timestamp', 'report_name', 'credits_used']]);
  for await (const batch of batches) yield rows(batch.map(toRow));
}

function toRow({ id, timestamp, reportName, credits }: ListedMessage): Row {
  // Report names come from outside.
  return [id, timestamp, reportName === null ? null : toCell(reportName), credits?.toString() ?? null];
}

type Row = readonly (string | number | null)[];

function rows(records: readonly Row[]): string {
  return stringify([...records], {
    // RFC 4180's line break, which text/csv promises.
    record_delimiter: 'windows',
    // Or only that very line break would be quoted, and not a lone CR or LF in a name.
    quote_record_delimiter: true,
    // Where lists are separated by semicolons, one would begin a new cell.
    quoted_match: ';',
  });
}
