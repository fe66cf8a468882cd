import type { JSX } from 'preact';

import { formatClock, formatDate } from '../format.ts';
import { ViewLink } from '../url/link.tsx';
import { spanOf } from '../url/use-span.ts';
import { useNavigation } from '../url/use-view.ts';
import { type BarSize, changeList, type Span } from '../url/view.ts';

const sizeNames: Readonly<Record<BarSize, string>> = { day: 'Days', week: 'Weeks', month: 'Months' };

/** How long bars are and what they cover; once one was chosen, the way back. */
export function ChartControls({
  offered,
  size,
  timeZone,
}: {
  readonly offered: readonly BarSize[];
  readonly size: BarSize;
  readonly timeZone: string;
}): JSX.Element {
  const { view } = useNavigation();
  const { span } = view;
  if (span !== null && view.chart === 'period') return <Path span={span} timeZone={timeZone} />;
  return (
    <div class="controls">
      {offered.length > 1 && (
        <nav class="switch" aria-label="Length of a bar">
          {offered.map((offer) => (
            <ViewLink
              key={offer}
              to={{ ...view, bars: offer }}
              aria-current={offer === size ? 'true' : undefined}
            >
              {sizeNames[offer]}
            </ViewLink>
          ))}
        </nav>
      )}
      <nav class="switch" aria-label="What the chart covers">
        <ViewLink
          to={{ ...view, chart: 'period', bars: null }}
          aria-current={view.chart === 'period' ? 'true' : undefined}
        >
          This period
        </ViewLink>
        <ViewLink
          to={{ ...view, chart: 'history', bars: null }}
          aria-current={view.chart === 'history' ? 'true' : undefined}
        >
          12 months
        </ViewLink>
      </nav>
    </div>
  );
}

function Path({ span, timeZone }: { readonly span: Span; readonly timeZone: string }): JSX.Element {
  const { view } = useNavigation();
  const day = span.unit === 'hour' ? spanOf('day', span.at, timeZone) : null;
  return (
    <nav class="path" aria-label="What is shown">
      <ViewLink to={changeList(view, { span: null })}>Whole period</ViewLink>
      {day !== null && <ViewLink to={changeList(view, { span: day })}>{nameOf(day, timeZone)}</ViewLink>}
      <span aria-current="page">{nameOf(span, timeZone)}</span>
    </nav>
  );
}

/** A span in a few words. */
export function nameOf({ unit, at }: Span, timeZone: string): string {
  if (unit === 'hour') return `${formatDate(at, timeZone)} ${formatClock(at, timeZone)}`;
  const turned = at.split('-').toReversed().join('-');
  return unit === 'week' ? `Week of ${turned}` : turned;
}
