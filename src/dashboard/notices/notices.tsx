import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type { Problem, WaitReason } from '../data/problem.ts';
import { formatCounted, formatTime } from '../format.ts';
import { ViewLink } from '../url/link.tsx';
import { useNavigation } from '../url/use-view.ts';
import { changeList } from '../url/view.ts';
import type { Period } from '../head/use-periods.ts';
import { Countdown } from './countdown.tsx';

/** What somebody who reads the figures has to know about them. */
export function Notices({
  outage,
  stale,
  setAsideCount,
}: {
  readonly outage: Problem | null;
  readonly stale: boolean;
  readonly setAsideCount: number;
}): JSX.Element {
  const { faults } = useNavigation();
  return (
    <div class="notices" role="status">
      {outage?.kind === 'wait' && (
        <p class="notice warn">
          {waits[outage.reason]} <Countdown untilMs={outage.retryAtMs} />
        </p>
      )}
      {outage?.kind === 'forbidden' && <p class="notice warn">{outage.message}</p>}
      {outage === null && stale && (
        <p class="notice warn">
          The upstream has given no newer list. The figures are what it told last; they move on by themselves.
        </p>
      )}
      {setAsideCount > 0 && (
        <p class="notice warn">
          {formatCounted(setAsideCount, 'row')} of the upstream’s last list could not be read and{' '}
          {setAsideCount === 1 ? 'is' : 'are'} not counted.
        </p>
      )}
      {faults.length > 0 && (
        <p class="notice">
          The link says something about {faults.map((name) => `“${name.slice(0, 40)}”`).join(', ')} that makes
          no sense here; what is usual is shown instead.
        </p>
      )}
    </div>
  );
}

/** A period that has ended, and where the running one is. */
export function Rollover({
  period,
  newest,
  timeZone,
}: {
  readonly period: Period;
  /** The newest period’s id; null: not known yet. */
  readonly newest: string | null;
  readonly timeZone: string;
}): JSX.Element | null {
  const { view } = useNavigation();
  // The period that was seen running: it ended while the page was open.
  const running = useRef<string | null>(null);
  if (period.status === 'OPEN') running.current = period.id;
  if (newest === null || newest === period.id) return null;
  const ended = period.to === null ? '' : ` on ${formatTime(period.to, timeZone)}`;
  return (
    <div class="notices" role="status">
      <p class="notice">
        {running.current === period.id ? 'This period has just ended' : 'This period ended'}
        {ended}; a newer one is running.{' '}
        <ViewLink to={changeList(view, { periodId: newest, span: null, bars: null, chart: 'period' })}>
          Show the running period
        </ViewLink>
      </p>
    </div>
  );
}

const waits: Readonly<Record<WaitReason, string>> = {
  offline: 'You are offline.',
  unreachable: 'The service does not answer.',
  limited: 'Too many questions were asked in a minute.',
  busy: 'The service has more to do than it can.',
  upstream: 'No usage was ever read: the upstream does not answer yet.',
  database: 'The service cannot reach its database.',
  fault: 'The service has met a fault.',
};
