import type { JSX } from 'preact';

import type { DashboardHeadQuery } from '../../../schema/generated/graphql.ts';
import type { Problem } from '../data/problem.ts';
import { formatClock, formatTime } from '../format.ts';

type Freshness = NonNullable<DashboardHeadQuery['usage']>['freshness'];

/** How fresh the figures are: live, as of a time, or old, with the reason. */
export function FreshnessBadge({
  freshness: { asOf, stale },
  live,
  outage,
  timeZone,
}: {
  readonly freshness: Freshness;
  /** Whether the service tells by itself of what is new. */
  readonly live: boolean;
  readonly outage: Problem | null;
  readonly timeZone: string;
}): JSX.Element {
  const [state, text, detail] = wordsOf();
  return (
    <p class={`freshness ${state}`} title={detail}>
      <span class="dot" aria-hidden="true" />
      {text}
      <span class="visually-hidden">. {detail}</span>
    </p>
  );

  function wordsOf(): readonly [state: string, text: string, detail: string] {
    const clock = formatClock(asOf, timeZone);
    const whole = `All messages up to ${formatTime(asOf, timeZone)} are counted`;
    if (outage !== null)
      return ['old', `As of ${clock}`, `${whole}; newer figures cannot be had at the moment`];
    if (stale) return ['old', `Stale, as of ${clock}`, `${whole}; the upstream has given no newer list`];
    return live ? ['live', 'Live', whole] : ['fresh', `As of ${clock}`, whole];
  }
}
