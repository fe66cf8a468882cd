import type { Message } from '../billing/message.ts';
import { priceMessage } from '../billing/price.ts';
import type { RateCard } from '../billing/rate-card.ts';
import { measureText } from '../billing/text-measure.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LateResult, PricedMessage, Pull, PullResult } from '../ledger/recording/pull.ts';
import { NothingReadable, SnapshotRefused } from '../ledger/recording/snapshot-refused.ts';
import type { PullTime } from '../ledger/recording/pull-time.ts';
import type { ListKey } from '../ledger/recording/recorded-list.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ListCheck } from '../upstream/list-check.ts';
import type { MessageBatch, Upstream } from '../upstream/upstream.ts';
import { checkAgainst, type KnownListOptions, toListKey } from './known-list.ts';
import { priceLate } from './late-prices.ts';
import { PullReports } from './pull-reports.ts';
import type { SetAsideLog } from './set-aside-log.ts';
import { UnreadableLog } from './unreadable-log.ts';

/** What a pull works with. */
export interface PullDependencies extends KnownListOptions {
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  /** After this age a report is read again. */
  readonly reportMaxAgeMs: number;
  /** How long one pull may spend on reports; those it does not reach stay unpriced until the next. */
  readonly reportsTimeoutMs: number;
  readonly now: () => Date;
  readonly setAside: SetAsideLog;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** When a pull takes place, and what is known before it. */
export interface PullTurn {
  /** What the ledger told when the caller looked; null: it does not matter. */
  readonly seen: Pick<PullTime, 'dueAtMs' | 'isFree' | 'list'> | null;
  /** How long no instance is to pull the account after this pull, if it is recorded and if it fails. */
  readonly pulledPauseMs: number;
  readonly failedPauseMs: number;
}

const anyTime: PullTurn = { seen: null, pulledPauseMs: 0, failedPauseMs: 0 };

/** What a pull and its late prices changed. */
export type AccountPullResult = PullResult & LateResult;

/**
 * Pulls an account's current period. A list that is recorded already is only noted. Of another one, it reads the new
 * reports, prices the messages and records all in one transaction; then it asks once more for the reports that closed
 * periods still wait for, and no trouble with these fails it.
 * @returns null when another instance is pulling this account, or has done so since the caller looked.
 * @throws what the upstream or the ledger threw; nothing of the snapshot was recorded then.
 */
export async function pullAccount(
  account: string,
  dependencies: PullDependencies,
  turn: PullTurn = anyTime,
): Promise<AccountPullResult | 'unchanged' | null> {
  const { ledger, upstream } = dependencies;
  const { seen, pulledPauseMs, failedPauseMs } = turn;
  // Before the upstream is asked: instances that wake up together must not all ask it.
  const lease = await ledger.takeLease(account, seen);
  if (lease === null) return null;
  const check = checkAgainst(seen?.list ?? null, dependencies);
  const batches = upstream.readMessages(account, check)[Symbol.asyncIterator]();
  let recorded: RecordedPull | null = null;
  try {
    const first = await batches.next();
    if (check.isUnchanged && first.done === true) {
      const validators = check.isNotModified ? null : check.version;
      await lease.noteUnchanged({ validators, pauseMs: pulledPauseMs });
      return 'unchanged';
    }
    const list = { batches: joinBatches(first, batches), check, pulledAtMs: lease.takenAtMs };
    recorded = await recordPull(await lease.openPull(), list, { account, dependencies });
    return recorded.result;
  } finally {
    // Frees the connection where the list was not read to its end.
    await batches.return?.();
    await lease.release(recorded === null ? failedPauseMs : pulledPauseMs, recorded?.key);
  }
}

/** What a pull recorded. */
interface RecordedPull {
  readonly result: AccountPullResult;
  /** By what its list is known again; null: the next one is read even if it is the same. */
  readonly key: ListKey | null;
}

/** A list that is being read. */
interface OpenList {
  readonly batches: AsyncIterable<MessageBatch>;
  readonly check: ListCheck;
  /** When it was asked for, at the earliest. */
  readonly pulledAtMs: number;
}

async function recordPull(
  pull: Pull,
  list: OpenList,
  { account, dependencies }: { readonly account: string; readonly dependencies: PullDependencies },
): Promise<RecordedPull> {
  const { rateCard, setAside, metrics } = dependencies;
  const log = dependencies.log.child({ account });
  const reports = new PullReports({ ...dependencies, log, account, known: pull.knownReports });
  const late = { pull, reports, log, metrics };
  const { result, unreadableCount } = await recordList(pull, list, reports, {
    ...dependencies,
    account,
  }).catch(async (error: unknown) => {
    // A list that is refused may be told for days, and closed periods have nothing to do with it.
    if (error instanceof SnapshotRefused) await priceLate(late);
    throw error;
  });
  for (const { id, reason } of result.setAside) {
    setAside.note({ account, reason, facts: { messageId: id } });
  }
  logResult(log, result, unreadableCount);
  const { pricedLate, revision } = await priceLate(late);
  const changed = result.changed || pricedLate > 0;
  // The period that it closed may wait for reports as well: the next pull finds out.
  const reportDueInMs = result.rolledOver ? 0 : reports.nextDueInMs(pull.lateReports);
  // What an unreadable row stands for may be another message the next time.
  const key = unreadableCount === 0 ? toListKey(list.check, { rateCard, reportDueInMs }) : null;
  return { result: { ...result, changed, pricedLate, revision: revision ?? result.revision }, key };
}

/** Reads the list to its end, and records it. @throws SnapshotRefused */
async function recordList(
  pull: Pull,
  { batches, pulledAtMs }: OpenList,
  reports: PullReports,
  { account, rateCard, setAside }: PullDependencies & { readonly account: string },
): Promise<{ readonly result: PullResult; readonly unreadableCount: number }> {
  const unreadable = new UnreadableLog(account, setAside);
  const priceAll = async (messages: readonly Message[]): Promise<readonly PricedMessage[]> => {
    await reports.settle(messages);
    return messages.map((message) => price(message, reports, rateCard));
  };
  let readCount = 0;
  for await (const { messages, invalid } of batches) {
    readCount += messages.length;
    unreadable.note(invalid);
    await pull.stage(await priceAll(messages));
  }
  const { count, firstProblem } = unreadable;
  if (firstProblem !== null) {
    if (readCount === 0) throw new NothingReadable({ account, rowCount: count, firstProblem });
    await pull.standInFor(unreadable, priceAll);
  }
  const result = await pull.commit({ pulledAtMs, rateCard, readings: reports.readings() });
  return { result, unreadableCount: count };
}

async function* joinBatches(
  first: IteratorResult<MessageBatch, unknown>,
  rest: AsyncIterator<MessageBatch>,
): AsyncGenerator<MessageBatch, void, undefined> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
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
