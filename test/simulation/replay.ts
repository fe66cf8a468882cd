import type { Message } from '../../src/billing/message.ts';
import type { Report } from '../../src/billing/report.ts';
import { type ReportReading } from '../../src/ledger/recording/pull.ts';
import type { MessageBatch, Upstream } from '../../src/upstream/upstream.ts';
import { pullAccount } from '../../src/sync/pull-account.ts';
import { SnapshotRefused } from '../../src/ledger/recording/snapshot-refused.ts';
import type { ModelLedger } from '../ledger/model-ledger.ts';
import type { Random } from './random.ts';
import type { Delivery } from './watched-upstream.ts';
import type { World } from './world.ts';

/** A pull that is in the ledger: what it was given, when, and the model after it. */
export interface RecordedPull {
  readonly pulledAtMs: number;
  readonly delivery: Delivery;
  readonly after: ModelLedger;
}

/** A way to tell a history once more; each must come to the same. */
export const retellings = ['again', 'twice', 'shuffled', 'thinned'] as const;

/** One of {@link retellings}. */
export type Retelling = (typeof retellings)[number];

/** Whether a retelling of these pulls must come to the same. */
export function fits(retelling: Retelling, pulls: readonly RecordedPull[]): boolean {
  // Where a closed period waits for a report, it matters which pull asks for it first: none may be left out.
  return retelling !== 'thinned' || pulls.every(({ after }) => after.lateReports.length === 0);
}

/** Plays recorded pulls once more for an account that nobody heard of, cut into other batches. */
export async function replay(
  pulls: readonly RecordedPull[],
  { world, account, random, retelling }: ReplayParts,
): Promise<void> {
  const { nowMs } = world;
  const told = retelling === 'thinned' ? thinOut(pulls, random) : pulls;
  for (const pull of retelling === 'twice' ? repeatPulls(told) : told) {
    world.nowMs = pull.pulledAtMs;
    const { messages } = pull.delivery;
    const list = retelling === 'shuffled' ? random.shuffle(messages, ({ id }) => id) : messages;
    const dependencies = world.dependencies(retellPull(pull, list, { random, retelling }));
    // With pulls left out, others must ask for the reports: then all do, so that each ends with what was known after it.
    const reportMaxAgeMs = retelling === 'thinned' ? 0 : dependencies.reportMaxAgeMs;
    const result = await pullAccount(account, { ...dependencies, reportMaxAgeMs }).catch((error: unknown) => {
      // Its list was refused the first time as well, but its late prices were recorded.
      if (error instanceof SnapshotRefused) return error;
      throw error;
    });
    if (result === null) throw new Error('a replayed pull was refused');
  }
  world.nowMs = nowMs;
}

/** What a replay needs. */
export interface ReplayParts {
  readonly world: World;
  /** Whose history it becomes. */
  readonly account: string;
  readonly random: Random;
  readonly retelling: Retelling;
}

function retellPull(
  { delivery, after }: RecordedPull,
  list: readonly Message[],
  { random, retelling }: Pick<ReplayParts, 'random' | 'retelling'>,
): Upstream {
  return {
    async *readMessages(): AsyncGenerator<MessageBatch, void, undefined> {
      yield { messages: [], invalid: delivery.invalid };
      for (let start = 0; start < list.length;) {
        const end = start + 1 + random.below(8);
        yield { messages: list.slice(start, end), invalid: [] };
        start = end;
      }
    },
    async readReport(_, reportId) {
      const answer = delivery.answers.get(reportId);
      if (answer !== undefined && retelling !== 'thinned') return said(answer);
      return known(reportId, after.periods.at(-1)?.reports.get(reportId));
    },
    async close() {},
  };
}

function said(answer: Report | 'missing' | 'failed'): Report | null {
  if (answer === 'failed') throw new Error('the vendor failed then, too');
  return answer === 'missing' ? null : answer;
}

function known(reportId: number, reading: ReportReading | undefined): Report | null {
  if (reading?.status === 'found') return reading.report;
  if (reading?.status === 'missing') return null;
  throw new Error(`report ${reportId} was not known then, either`);
}

/** Each pull twice, but for those that close a period which waits for a report: at once again, they would ask for it. */
function repeatPulls(pulls: readonly RecordedPull[]): readonly RecordedPull[] {
  return pulls.flatMap((pull, place) => {
    const openBefore = pulls[place - 1]?.after.periods.length ?? 0;
    const hasClosed = pull.after.periods.length > openBefore;
    const waits = pull.after.lateReports.some(({ periodId }) => periodId === openBefore);
    return hasClosed && waits ? [pull] : [pull, pull];
  });
}

/** Leaves pulls out whose absence nobody can notice later: the next one finds the period that it would have found. */
function thinOut(pulls: readonly RecordedPull[], random: Random): readonly RecordedPull[] {
  const kept: RecordedPull[] = [];
  for (const [place, pull] of pulls.entries()) {
    const next = pulls[place + 1];
    const before = kept.at(-1);
    const needed = next === undefined || before === undefined || !leadsTo(before, next) || random.chance(0.3);
    if (needed) kept.push(pull);
  }
  return kept;
}

function leadsTo(before: RecordedPull, next: RecordedPull): boolean {
  const counted = new Set(before.after.periods.at(-1)?.messages.map(({ id }) => id));
  const shares = next.delivery.messages.some(({ id }) => counted.has(id));
  const staysOpen = before.after.periods.length === next.after.periods.length;
  // What stands in for rows that cannot be read is what the pull before it recorded.
  return shares && staysOpen && next.delivery.invalid.length === 0;
}
