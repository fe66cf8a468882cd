import type { Message } from '../billing/message.ts';
import { priceMessage } from '../billing/price.ts';
import type { RateCard } from '../billing/rate-card.ts';
import { measureText } from '../billing/text-measure.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LateResult, PricedMessage, Pull, PullResult } from '../ledger/recording/pull.ts';
import { NothingReadable, SnapshotRefused } from '../ledger/recording/snapshot-refused.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { priceLate } from './late-prices.ts';
import { PullReports } from './pull-reports.ts';
import type { SetAsideLog } from './set-aside-log.ts';
import { UnreadableLog } from './unreadable-log.ts';

/** What a pull works with. */
export interface PullDependencies {
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  /** The card that prices the open period. */
  readonly rateCard: RateCard;
  /** After this age a report is read again. */
  readonly reportMaxAgeMs: number;
  /** How long one pull may spend on reports; those it does not reach stay unpriced until the next. */
  readonly reportsTimeoutMs: number;
  readonly now: () => Date;
  readonly setAside: SetAsideLog;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** When a pull takes place. */
export interface PullTurn {
  /** For when the account was due when the caller looked; null: it does not matter. */
  readonly dueAtMs: number | null;
  /** How long no instance is to pull the account after this pull, if it is recorded and if it fails. */
  readonly pulledPauseMs: number;
  readonly failedPauseMs: number;
}

const anyTime: PullTurn = { dueAtMs: null, pulledPauseMs: 0, failedPauseMs: 0 };

/** What a pull and its late prices changed. */
export type AccountPullResult = PullResult & LateResult;

/**
 * Pulls an account's current period: reads its messages and new reports, prices them, and records all in one
 * transaction. Then it asks once more for the reports that closed periods still wait for; no trouble with these fails it.
 * @returns null when another instance is pulling this account, or has done so since the caller looked.
 * @throws what the upstream or the ledger threw; nothing of the snapshot was recorded then.
 */
export async function pullAccount(
  account: string,
  dependencies: PullDependencies,
  turn: PullTurn = anyTime,
): Promise<AccountPullResult | null> {
  const { ledger, setAside, metrics } = dependencies;
  const log = dependencies.log.child({ account });
  const pull = await ledger.openPull(account, turn.dueAtMs);
  if (pull === null) return null;
  let pauseMs = turn.failedPauseMs;
  try {
    const reports = new PullReports({ ...dependencies, log, account, known: pull.knownReports });
    const late = { pull, reports, log, metrics };
    const { result, unreadableCount } = await recordList(account, pull, reports, dependencies).catch(
      async (error: unknown) => {
        // A list that is refused may be told for days, and closed periods have nothing to do with it.
        if (error instanceof SnapshotRefused) await priceLate(late);
        throw error;
      },
    );
    for (const { id, reason } of result.setAside) {
      setAside.note({ account, reason, facts: { messageId: id } });
    }
    logResult(log, result, unreadableCount);
    const { pricedLate, revision } = await priceLate(late);
    const changed = result.changed || pricedLate > 0;
    pauseMs = turn.pulledPauseMs;
    return { ...result, changed, pricedLate, revision: revision ?? result.revision };
  } finally {
    await pull.release(pauseMs);
  }
}

/** Reads the list to its end, and records it. @throws SnapshotRefused */
async function recordList(
  account: string,
  pull: Pull,
  reports: PullReports,
  { upstream, rateCard, setAside }: PullDependencies,
): Promise<{ readonly result: PullResult; readonly unreadableCount: number }> {
  const unreadable = new UnreadableLog(account, setAside);
  const priceAll = async (messages: readonly Message[]): Promise<readonly PricedMessage[]> => {
    await reports.settle(messages);
    return messages.map((message) => price(message, reports, rateCard));
  };
  let readCount = 0;
  for await (const { messages, invalid } of upstream.readMessages(account)) {
    readCount += messages.length;
    unreadable.note(invalid);
    await pull.stage(await priceAll(messages));
  }
  const { count, firstProblem } = unreadable;
  if (firstProblem !== null) {
    if (readCount === 0) throw new NothingReadable({ account, rowCount: count, firstProblem });
    await pull.standInFor(unreadable, priceAll);
  }
  const result = await pull.commit({ pulledAtMs: pull.beganAtMs, rateCard, readings: reports.readings() });
  return { result, unreadableCount: count };
}

function price(message: Message, reports: PullReports, rateCard: RateCard): PricedMessage {
  const measure = measureText(message.text);
  const reading = message.reportId === null ? null : reports.reading(message.reportId);
  const credits = priceMessage(measure, reading, rateCard);
  const reportName = reading?.status === 'found' ? reading.report.name : null;
  return { ...message, measure, credits, reportName };
}

function logResult(log: Log, { setAside, ...result }: PullResult, unreadableCount: number): void {
  const facts = { ...result, setAside: setAside.length + unreadableCount };
  if (result.changed) log.info(facts, 'pull recorded');
  else log.debug(facts, 'pull found nothing new');
}
