import type { BulkheadPolicy } from 'cockatiel';

import type { Database } from '../database/database.ts';
import { Lease, type UnchangedList } from './lease.ts';
import { openPull } from './open-pull.ts';
import { type LeaseFault, LeaseLost, type Pull } from './pull.ts';
import { clearStaging } from './staging.ts';

/** What an account's lease is taken with. */
export interface TakeLeaseOptions {
  readonly account: string;
  /** For when the account was due when the caller looked; null: it does not matter. */
  readonly dueAtMs?: number | null;
  /** Whether no pull had the lease when the caller looked: then nothing is asked once more. */
  readonly wasFree?: boolean;
  readonly now: () => Date;
  /** By account, the pull of this very process that could not give its lease back. */
  readonly unreleased: Map<string, string>;
  /** The turns of commits that take long. */
  readonly longCommits: BulkheadPolicy;
  /** Is told at most once of each step. */
  readonly onLeaseFault: (fault: LeaseFault) => void;
}

/** The right to pull an account, held by this process and renewed until it is given back. */
export interface AccountLease {
  /** When it was taken, in epoch ms by the ledger's clock. */
  readonly takenAtMs: number;
  /** Opens the pull that is to record a list. At most once. */
  openPull(): Promise<Pull>;
  /**
   * Notes that the list is still the one that is recorded, and gives the lease back.
   * @throws LeaseLost when another pull has begun meanwhile; nothing was noted then.
   */
  noteUnchanged(list: UnchangedList): Promise<void>;
  /** As {@link Pull.release}. */
  readonly release: Pull['release'];
}

/**
 * Takes the lease of one account.
 * @returns null when another instance pulls this account, or has done so since the caller looked.
 */
export async function takeLease(
  database: Database,
  { account, dueAtMs = null, wasFree = false, now, unreleased, longCommits, onLeaseFault }: TakeLeaseOptions,
): Promise<AccountLease | null> {
  const formerPullId = unreleased.get(account) ?? null;
  const lease = await Lease.take(database, { account, now, formerPullId, dueAtMs, wasFree });
  // This pull or another instance has taken it over: there is nothing left to give back.
  unreleased.delete(account);
  if (lease === null) return null;

  let isReleased = false;
  let isOpen = false;
  let isRecording = false;
  const renewal = lease.keepRenewed(
    () => !isRecording,
    (cause) => onLeaseFault({ account, step: 'renewal', cause }),
  );
  const release: Pull['release'] = async (pauseMs = null, list = null) => {
    if (isReleased) return;
    isReleased = true;
    await renewal.stop();
    try {
      if (isOpen) await clearStaging(database, { account, pullId: lease.pullId });
      await lease.giveBack(pauseMs, list);
    } catch (cause) {
      // What became of the pull stands. The next pull does what is left to do.
      unreleased.set(account, lease.pullId);
      onLeaseFault({ account, step: 'release', cause });
    }
  };

  return {
    takenAtMs: lease.takenAtMs,
    openPull() {
      isOpen = true;
      return openPull(database, {
        lease,
        longCommits,
        onRecording(is) {
          isRecording = is;
        },
        release,
      });
    },
    async noteUnchanged(list) {
      const isNoted = await lease.giveBackUnchanged(list);
      isReleased = true;
      await renewal.stop();
      if (!isNoted) throw new LeaseLost({ account });
    },
    release,
  };
}
