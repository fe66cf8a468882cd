import type { JSX } from 'preact';

import { DashboardTotalsDocument } from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { formatCount, formatCounted, formatCredits, formatTime } from '../format.ts';
import type { ShownPeriod } from '../period.ts';
import { PeriodPicker } from './period-picker.tsx';

/** What was used in the period, and in the one before it up to the same point. */
export function Headline({ shown }: { readonly shown: ShownPeriod }): JSX.Element {
  const { totals, period, timeZone } = shown;
  return (
    <section class="headline" aria-label="This period">
      <PeriodPicker period={period} timeZone={timeZone} />
      <dl class="figures">
        <div class="figure-main">
          <dt>Credits used</dt>
          <dd>{formatCredits(totals.creditsUsed)}</dd>
        </div>
        <div>
          <dt>{totals.messageCount === 1 ? 'Message' : 'Messages'}</dt>
          <dd>{formatCount(totals.messageCount)}</dd>
        </div>
        <div class={totals.unpricedCount > 0 ? 'warn' : ''}>
          <dt>Unpriced</dt>
          <dd>{formatCount(totals.unpricedCount)}</dd>
        </div>
        <Previous shown={shown} />
      </dl>
      {totals.unpricedCount > 0 && (
        <p class="note">
          {formatCounted(totals.unpricedCount, 'message')} {totals.unpricedCount === 1 ? 'has' : 'have'} no
          price yet, because {totals.unpricedCount === 1 ? 'its report' : 'their reports'} could not be read.
          The sum grows once they can.
        </p>
      )}
    </section>
  );
}

/** Like is compared with like: a running period with the same stretch of the one before it. */
function Previous({
  shown: { period, asOf, timeZone },
}: {
  readonly shown: ShownPeriod;
}): JSX.Element | null {
  // Periods are numbered from 1, one by one.
  const previousId = period.id === '1' ? null : String(Number(period.id) - 1);
  const whole = useQuery(DashboardTotalsDocument, previousId === null ? null : { periodId: previousId });
  const previous = whole.data?.usage?.period;
  const point = previous === undefined ? null : samePoint(previous, period, asOf);
  const part = useQuery(
    DashboardTotalsDocument,
    previousId === null || point === null
      ? null
      : { periodId: previousId, filter: { timestamp: { to: point } } },
  );
  if (previousId === null) return null;
  const totals = point === null ? whole.data?.usage?.totals : part.data?.usage?.totals;
  return (
    <div class="previous">
      <dt>Previous period{point === null ? '' : ', up to the same point'}</dt>
      <dd title={point === null ? undefined : `Up to ${formatTime(point, timeZone)}`}>
        {totals === undefined ? '…' : formatCredits(totals.creditsUsed)}
      </dd>
    </div>
  );
}

interface Bounds {
  readonly from: string;
  readonly to: string | null;
}

/** Where the previous period stood when it was as old as this one; null: it has ended by then, or this one has too. */
function samePoint(previous: Bounds, { from, to }: Bounds, asOf: string): string | null {
  if (to !== null) return null;
  const ageMs = Date.parse(asOf) - Date.parse(from);
  const minuteMs = 60_000;
  // By the minute, so that a figure that cannot have changed is not asked for with every pull.
  const pointMs = Math.floor((Date.parse(previous.from) + ageMs) / minuteMs) * minuteMs;
  if (previous.to !== null && pointMs >= Date.parse(previous.to)) return null;
  return new Date(Math.max(pointMs, Date.parse(previous.from))).toISOString();
}
