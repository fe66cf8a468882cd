import assert from 'node:assert/strict';
import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import type { ChargedMessage } from '../../src/usage/charged-message.ts';
import type { PeriodUsage } from '../../src/ledger/reading/periods.ts';
import type { UsageSession } from '../../src/usage/usage-session.ts';
import { priceNaively } from '../billing/naive-rating.ts';
import type { ModelLedger, ModelPeriod } from '../ledger/model-ledger.ts';
import { addUp, sumUp } from '../ledger/model-sums.ts';
import { toPricedMessage } from '../ledger/priced-messages.ts';
import type { Random } from './random.ts';
import type { Vendor } from './vendor.ts';
import { staleAfterMs, type World } from './world.ts';

const zones = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'] as const;
const weekdays = ['MONDAY', 'FRIDAY', 'SUNDAY'] as const;
const sizes = ['HOUR', 'DAY', 'WEEK', 'MONTH'] as const;

/** What the checks of one account look at. */
export interface CheckedAccount {
  readonly account: string;
  readonly model: ModelLedger;
  readonly vendor: Vendor;
}

/** Checks that an account's users are told what the model knows, and that it is right by itself. */
export async function checkAccount(
  world: World,
  { account, model, vendor }: CheckedAccount,
  random: Random,
): Promise<void> {
  const open = model.periods.at(-1);
  if (open === undefined) {
    assert.equal(await world.ledger.readPeriod(account, null), null, 'usage without a whole pull');
    return;
  }
  const session = world.openSession(account);
  const current = await session.usage(null);
  assert.equal(current.period.id, open.id);
  assert.equal(session.isStale(current), world.nowMs - (model.asOfMs ?? 0) > staleAfterMs);
  const counted = new Set<number>();
  for (const period of model.periods) {
    const usage = await session.usage(String(period.id));
    const { asOfMs, revision, setAsideCount } = model;
    assert.deepEqual(usage.freshness, { asOfMs, revision, setAsideCount });
    assert.deepEqual(usage.period, { id: period.id, fromMs: period.fromMs, toMs: period.toMs });
    const messages = await checkMessages(session, usage, period, random);
    for (const charged of messages) {
      const { id } = charged;
      assert.ok(!counted.has(id), `message ${id} counted twice`);
      counted.add(id);
      checkPrice(charged, period, vendor);
    }
    await checkSums(session, usage, period, random);
  }
}

async function checkMessages(
  session: UsageSession,
  usage: PeriodUsage,
  period: ModelPeriod,
  random: Random,
): Promise<readonly ChargedMessage[]> {
  const first = 1 + random.below(20);
  const messages: ChargedMessage[] = [];
  for (let after: string | null = null; ;) {
    const page = await session.messages(usage, {
      page: { first, after, last: null, before: null },
      filter: allMessages,
      order: [],
      withTexts: true,
    });
    messages.push(...page.messages);
    const last = page.messages.at(-1);
    if (!page.hasNextPage || last === undefined) break;
    after = page.cursorOf(last.recorded);
  }
  assert.deepEqual(
    messages.map(({ recorded }) => ('text' in recorded ? toPricedMessage(recorded) : recorded)),
    period.messages,
  );
  return messages;
}

/** The stored price, the one shown, its receipt and the naive rules agree, and the vendor's own words allow it. */
function checkPrice(
  { recorded, creditsUsed, charge, report, text }: ChargedMessage,
  period: ModelPeriod,
  vendor: Vendor,
): void {
  const { id, credits, reportId } = recorded;
  if (credits === null) {
    assert.equal(period.reports.get(reportId ?? 0)?.status, 'unread', `message ${id} has no price`);
    assert.ok(creditsUsed === null && charge === null);
    return;
  }
  assert.deepEqual(creditsUsed, credits);
  assert.ok(charge !== null);
  assert.deepEqual(charge.credits, credits);
  assert.deepEqual(
    charge.steps.reduce((sum, { amount }) => sum.plus(amount), Credits.zero),
    credits,
  );
  if (report !== null) {
    assert.ok(vendor.said.has(`${reportId} ${credits.units} ${report.name}`), `message ${id}: never said so`);
    return;
  }
  if (reportId !== null) assert.ok(vendor.said.has(`${reportId} missing`), `message ${id}: no true 404`);
  assert.equal(BigInt(credits.units), priceNaively(text ?? '', defaultRateCard));
}

async function checkSums(
  session: UsageSession,
  usage: PeriodUsage,
  { messages }: ModelPeriod,
  random: Random,
): Promise<void> {
  const total = sumUp(messages);
  assert.deepEqual(await session.sums.totals(usage, allMessages), total);
  const cut = { size: random.pick(sizes), timeZone: random.pick(zones), weekStart: random.pick(weekdays) };
  const windows = await session.sums.windows(usage, { ...cut, filter: allMessages });
  assert.deepEqual(addUp(windows), total);
  for (const window of windows) assert.deepEqual(addUp(await window.byReport()), window.totals);
  const byReport = await session.sums.byReport(usage, allMessages);
  assert.deepEqual(addUp(byReport), total);
  const fromText = byReport.filter(({ report }) => report === null);
  assert.deepEqual(addUp(fromText), sumUp(messages.filter(({ reportName }) => reportName === null)));
  // A filter takes another way, over the messages themselves.
  const reported = { ...allMessages, hasReport: true };
  const unreported = { ...allMessages, hasReport: false };
  const parts = [await session.sums.totals(usage, reported), await session.sums.totals(usage, unreported)];
  assert.deepEqual(addUp(parts.map((totals) => ({ totals }))), total);
}
