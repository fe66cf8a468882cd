import { DatabaseUnavailable } from './ledger/database/database-unavailable.ts';
import type { SampleUpstream } from './sample/sample-upstream.ts';
import { pullAccount, type PullDependencies } from './sync/pull-account.ts';
import { SetAsideLog } from './sync/set-aside-log.ts';
import type { Log } from './telemetry/log.ts';
import { createUpstream, type UpstreamOptions } from './upstream/upstream.ts';

/**
 * Records the sample's earlier period and then its current one, as if it had been read for weeks. A ledger in which the
 * account has usage already is left alone. Without the earlier period, the sample is still of use.
 * @throws DatabaseUnavailable
 */
export async function fillSample(
  account: string,
  { url, earlierUrl }: SampleUpstream,
  {
    log,
    ...options
  }: {
    readonly pulls: Omit<PullDependencies, 'upstream' | 'setAside'>;
    readonly upstream: Omit<UpstreamOptions, 'baseUrl'>;
    readonly log: Log;
  },
): Promise<void> {
  // That one of its reports cannot be read is no news.
  const quiet = { log: log.child({}, { level: 'silent' }) };
  const pulls = { ...options.pulls, ...quiet };
  if (earlierUrl === null || (await pulls.ledger.readPeriod(account, null)) !== null) return;
  for (const baseUrl of [earlierUrl, url]) {
    const upstream = createUpstream({ ...options.upstream, ...quiet, baseUrl });
    try {
      await pullAccount(account, { ...pulls, upstream, setAside: new SetAsideLog(pulls) });
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      log.warn({ err: error }, 'the sample is not whole');
    } finally {
      await upstream.close();
    }
  }
}
