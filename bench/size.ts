import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createPostgresServer, findPostgres } from '../test/faults/postgres-server.ts';
import { closeUpstreams, createDatabase, startPrepared } from './prepared-ledgers.ts';
import { formatTable, median } from './table.ts';

const counts = [110, 10_000, 1_000_000] as const;
const tries = 21;
// Every answer is worked out anew, and a stall of the machine refuses none.
const settings = { ANSWER_CACHE_BYTES: '0', MAX_EVENT_LOOP_DELAY_MS: '0' };

const page = 'nodes { id timestamp creditsUsed report { name } } pageInfo { hasNextPage endCursor }';
const byReport = 'report { name } totals { creditsUsed messageCount }';
const day = '{ timestamp: { from: "2026-11-10T00:00:00Z", to: "2026-11-11T00:00:00Z" } }';
const queries: Readonly<Record<string, string>> = {
  'the dashboard’s query': `{ usage {
    period { id from } freshness { asOf stale revision } totals { creditsUsed messageCount unpricedCount }
    windows(size: DAY) { from to totals { creditsUsed messageCount } }
    byReport { report { name } totals { creditsUsed messageCount } }
    messages(first: 50) { ${page} }
  } }`,
  'first page': `{ usage { messages(first: 50) { ${page} } } }`,
  'last page': `{ usage { messages(last: 50) { ${page} } } }`,
  'first page by credits': `{ usage { messages(first: 50, orderBy: [{ field: CREDITS_USED, direction: DESC }]) { ${page} } } }`,
  'last page by report': `{ usage { messages(last: 50, orderBy: [{ field: REPORT_NAME }]) { ${page} } } }`,
  'one message': '{ message(id: "55") { creditsUsed charge { steps { rule amount } } } }',
  'a day’s totals': `{ usage { totals(filter: ${day}) { creditsUsed messageCount } } }`,
  'a day by report': `{ usage { byReport(filter: ${day}) { ${byReport} } } }`,
  'a day by hours': `{ usage { windows(size: HOUR, filter: ${day}) { from totals { creditsUsed } } } }`,
  'totals of one report':
    '{ usage { totals(filter: { reportIds: ["5392"] }) { creditsUsed messageCount } } }',
  'the period by report': `{ usage { byReport { ${byReport} } } }`,
  'days in Berlin': '{ usage { windows(timeZone: "Europe/Berlin") { from totals { creditsUsed } } } }',
  'days by report': `{ usage { windows { from byReport { ${byReport} } } } }`,
  'history by weeks':
    '{ history(from: "2026-10-26T00:00:00Z", to: "2026-12-07T00:00:00Z", size: WEEK) { from totals { creditsUsed } } }',
  'totals of odd minutes': `{ usage { totals(filter: { timestamp: { from: "2026-11-03T10:07:00Z", to: "2026-11-20T18:52:01Z" } }) { creditsUsed } } }`,
  'totals of a filter on credits':
    '{ usage { totals(filter: { creditsUsed: { min: "79" } }) { creditsUsed } } }',
  'totals of a filter on the text': '{ usage { totals(filter: { text: "LEASE" }) { creditsUsed } } }',
};

/** Measures how answers slow down as a period grows, one request at a time. @returns the report's part */
export async function measureSize(): Promise<string> {
  const sections = [
    `All caches off, one request at a time, median ms of ${tries}. The bars: 3 × from 10,000 to 1,000,000 for pages without a filter, and for sums of the period, of any span, and of filters on reports; 100 ms at 1,000,000 for filters on credits and text on PostgreSQL.`,
    `Embedded SQLite:\n\n${await measureDatabase('SQLite', null)}`,
  ];
  const bin = findPostgres();
  if (bin === null)
    return [...sections, 'PostgreSQL is not installed here, so it was not measured.'].join('\n\n');
  const server = await createPostgresServer(bin);
  try {
    await server.start();
    sections.push(
      `PostgreSQL ${readVersion(bin)} as Debian sets it up, on the same machine:\n\n${await measureDatabase('PostgreSQL', server.url)}`,
    );
  } finally {
    await server.remove();
  }
  return sections.join('\n\n');
}

/** @param serverUrl of a PostgreSQL server; null: an embedded file for each size. */
async function measureDatabase(name: string, serverUrl: string | null): Promise<string> {
  const cells = new Map(Object.keys(queries).map((query) => [query, [] as string[]]));
  for (const count of counts) {
    const databaseUrl = serverUrl === null ? null : await createDatabase(serverUrl, `size_${count}`);
    const prepared = await startPrepared(count, settings, databaseUrl);
    for (const [queryName, query] of Object.entries(queries)) {
      cells.get(queryName)?.push((await timeQuery(prepared.server.url, query)).toFixed(1));
    }
    await prepared.stop();
    console.log(`size: ${count.toLocaleString('en')} messages on ${name} are done`);
  }
  await closeUpstreams();
  const rows = [...cells].map(([query, times]) =>
    [query].concat(times, `${(Number(times[2]) / Number(times[1])).toFixed(1)} ×`),
  );
  return formatTable(
    ['query', ...counts.map((count) => count.toLocaleString('en')), '1,000,000 : 10,000'],
    rows,
  );
}

function readVersion(bin: string): string {
  const printed = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)?/.exec(printed)?.[0] ?? printed;
}

async function timeQuery(url: string, query: string): Promise<number> {
  const times: number[] = [];
  // The first ones find cold caches of the database, and code that is not compiled yet.
  for (let number = -5; number < tries;) {
    const begin = performance.now();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    // A stall of the machine looks like overload to the service.
    if (response.status === 503) {
      await sleep(2_000);
      continue;
    }
    if (!text.startsWith('{"data":')) throw new Error(`not answered: ${text.slice(0, 200)}`);
    if (number >= 0) times.push(performance.now() - begin);
    number += 1;
  }
  return median(times);
}
