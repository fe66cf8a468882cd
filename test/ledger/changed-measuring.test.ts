import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defaultRateCard, encodeRateCard } from '../../src/billing/rate-card.ts';
import type { TextMeasure } from '../../src/billing/text-measure.ts';
import { auditLedger } from '../../src/ledger/audit/audit.ts';
import { openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { type App, startApp } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';

const charge = z.object({ credits: z.string() });
const pricedTwice = z.object({ new: z.object({ charge }), estimate: charge });

type Measuring = (text: string, today: (text: string) => TextMeasure) => TextMeasure;

// The measuring code of a later version, once a test has put it in.
const version = vi.hoisted((): { later: Measuring | null } => ({ later: null }));
vi.mock(import('../../src/billing/text-measure.ts'), async (importOriginal) => {
  const today = await importOriginal();
  return {
    ...today,
    measureText: (text: string) => version.later?.(text, today.measureText) ?? today.measureText(text),
    get measureVersion() {
      return version.later === null ? today.measureVersion : '2/18.0';
    },
  };
});
beforeEach(() => {
  version.later = null;
});

const folder = mkdtempSync(join(tmpdir(), 'usage-measuring-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const april = [
  { id: 1, text: 'Ñandú, ñandú', timestamp: '2024-04-01T08:00:00.000Z' },
  { id: 2, text: 'añoña', timestamp: '2024-04-02T08:00:00.000Z', report_id: 404 },
];
const may = [
  { id: 3, text: 'mañana', timestamp: '2024-05-01T09:00:00.000Z' },
  { id: 4, text: 'of a report', timestamp: '2024-05-02T09:00:00.000Z', report_id: 5 },
];

/** All that clients see of what these four cost. */
async function readFigures(app: App): Promise<unknown> {
  const receipt = 'creditsUsed charge { kind credits steps { rule quantity amount runningTotal } }';
  const messages = [1, 2, 3, 4].map((id) => `m${id}: message(id: ${id}) { ${receipt} }`).join(' ');
  const closed = 'usage(periodId: 1) { totals { creditsUsed } windows { totals { creditsUsed } } }';
  const data = await app.data(`{ ${messages} ${closed} }`);
  const csv = await (await app.get('/usage.csv?period=1')).text();
  const openCsv = await (await app.get('/usage.csv?period=2')).text();
  return { data, csv, openCsv: openCsv.split('\r\n').slice(0, 3) };
}

test.each<[string, Measuring]>([
  [
    'each character counts twice',
    (text, today) => Object.assign({}, today(text), { characters: 2 * today(text).characters }),
  ],
  ['ñ is no letter', (text, today) => today(text.replaceAll(/ñ/giu, '!'))],
])('no charged figure moves when a later version says that %s', async (what, later) => {
  const path = join(folder, `${what}.db`);
  const settings = { DATABASE_URL: `file:${path}` };
  const upstream = await startScriptedUpstream();
  upstream.setReport(5, { name: 'Lease Report', credit_cost: 15.5 });
  upstream.setMessages(april);
  const first = await startApp({ upstream, settings });
  await first.waitForRevision(1);
  upstream.setMessages(may);
  await first.waitForRevision(2);
  const before = await readFigures(first);
  await first.close();

  version.later = later;
  const added = { id: 5, text: 'otra mañana', timestamp: '2024-05-03T09:00:00.000Z' };
  upstream.setMessages([...may, added]);
  const second = await startApp({ upstream, settings });
  await second.waitForRevision(3);
  expect(await readFigures(second)).toEqual(before);
  // What comes new is measured by the new code, as an estimate is.
  const priced =
    '{ new: message(id: 5) { charge { credits } } estimate(input: { text: "otra mañana" }) { credits } }';
  const answer = pricedTwice.parse(await second.data(priced));
  expect(answer.new.charge).toEqual(answer.estimate);
  await second.close();

  // The open period under another card: arithmetic over what was counted when it was recorded.
  const card = join(folder, 'dear.json');
  writeFileSync(
    card,
    JSON.stringify({ ...encodeRateCard(defaultRateCard), version: 'dear-2', perCharacter: '1' }),
  );
  const third = await startApp({ upstream, settings: { ...settings, RATE_CARD: card } });
  await third.waitForRevision(4);
  // 1 + 6×1 + 0.2 + 0.3 − 2
  expect(await third.data('{ message(id: 3) { creditsUsed } }')).toEqual({
    message: { creditsUsed: '5.50' },
  });
  await third.close();
  await upstream.close();

  const database = openSqliteDatabase(path);
  const differences: unknown[] = [];
  const { differingCount } = await auditLedger(database, (difference) => differences.push(difference));
  await database.close();
  expect({ differingCount, differences }).toEqual({ differingCount: 0, differences: [] });
});
