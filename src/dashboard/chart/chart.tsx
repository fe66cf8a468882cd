import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { DashboardHistoryDocument, DashboardWindowsDocument } from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { Refused } from '../notices/refused.tsx';
import { hrefOf } from '../url/link.tsx';
import type { TimeRange } from '../url/list-query.ts';
import { sizes, spanOf, useSpan } from '../url/use-span.ts';
import { useNavigation } from '../url/use-view.ts';
import { changeList, type Span, type View } from '../url/view.ts';
import type { ShownPeriod } from '../period.ts';
import type { Bar } from './bar.tsx';
import { BarChart } from './bar-chart.tsx';
import { longName, shortName } from './bar-names.ts';
import { sizeFor, sizesFor } from './bar-size.ts';
import { BarTable } from './bar-table.tsx';
import { ChartControls } from './chart-controls.tsx';
import { Legend } from './legend.tsx';
import { categoriesOf, partsOf, type UsageWindow } from './stack.ts';
import { usePeriods } from '../head/use-periods.ts';

const yearMs = 365 * 86_400_000;

/** Credits over time: the period's, those of the span that was chosen in finer bars, or those of all periods. */
export function Chart({ shown }: { readonly shown: ShownPeriod }): JSX.Element {
  const { view, go } = useNavigation();
  const { timeZone, period, asOf, byReport } = shown;
  const history = view.chart === 'history';
  const lengthMs = history ? yearMs : Date.parse(period.to ?? asOf) - Date.parse(period.from);
  const offered = sizesFor(lengthMs);
  const size = view.bars !== null && offered.includes(view.bars) ? view.bars : sizeFor(lengthMs);
  const zoomed = useZoom(history ? null : view.span, period.id, timeZone);
  const unit = zoomed?.unit ?? size;
  const year = yearBefore(period.to ?? asOf);
  const periods = usePeriods(history ? year.from : null);

  const windows = useQuery(
    DashboardWindowsDocument,
    history || zoomed?.range === null
      ? null
      : {
          periodId: period.id,
          size: sizes[unit],
          timeZone,
          filter: zoomed === null ? null : { timestamp: zoomed.range },
        },
  );
  const across = useQuery(
    DashboardHistoryDocument,
    history ? { ...year, size: sizes[unit], timeZone } : null,
  );
  const found = history ? across.data?.history : windows.data?.usage?.windows;
  const { problem, current } = history ? across : windows;
  // Old bars stay, under their own names, until the new ones are there.
  const drawn = useRef<Drawn | null>(null);
  if (current && found != null) drawn.current = { windows: found, unit, timeZone };
  const categories = categoriesOf(byReport);
  const bars = drawn.current === null ? null : toBars(drawn.current);

  function toBars({ windows: list, ...how }: Drawn): readonly Bar[] {
    return list.map((window) => toBar(window, how));
  }

  function toBar(window: UsageWindow, how: Pick<Drawn, 'unit' | 'timeZone'>): Bar {
    const span = spanOf(how.unit, window.from, how.timeZone);
    const target = targetOf(window, span);
    return {
      window,
      parts: partsOf(window, categories),
      label: shortName(how.unit, window.from, how.timeZone),
      title: longName(how.unit, window.from, window.to, how.timeZone),
      running: period.to === null && Date.parse(asOf) < Date.parse(window.to) && window.from <= asOf,
      chosen: view.span?.unit === span.unit && view.span.at === span.at,
      href: target === null ? null : hrefOf(target),
      go: () => {
        if (target !== null) go(target);
      },
    };
  }

  /** The view that a bar leads to: its span, in the period that it lies in; the chosen hour leads back to its day. */
  function targetOf(window: UsageWindow, span: Span): View | null {
    if (history) {
      const holder = periods.list.find(
        ({ from, to }) => from < window.to && (to === null || to > window.from),
      );
      return holder === undefined
        ? null
        : changeList(view, { periodId: holder.id, span, chart: 'period', bars: null });
    }
    return changeList(view, { span });
  }

  return (
    <section class="card chart" aria-labelledby="chart-title">
      <div class="card-head">
        <h2 id="chart-title">Credits over time</h2>
        <ChartControls offered={offered} size={size} timeZone={timeZone} />
      </div>
      {problem?.kind === 'refused' ? (
        <Refused problem={problem} />
      ) : bars === null || drawn.current === null ? (
        <div class="bar-chart skeleton" aria-hidden="true" />
      ) : bars.length === 0 ? (
        <p class="bar-chart empty">Nothing was used yet.</p>
      ) : (
        <BarChart
          bars={bars}
          label={`Credits by ${drawn.current.unit}. Arrow keys go from bar to bar, up and down through its parts.`}
        />
      )}
      <Legend categories={categories} />
      {bars !== null && bars.length > 0 && <BarTable bars={bars} categories={categories} />}
    </section>
  );
}

/** The windows that were drawn last, and what they are. */
interface Drawn {
  readonly windows: readonly UsageWindow[];
  readonly unit: Span['unit'];
  readonly timeZone: string;
}

/** The finer bars of a span that was chosen; null: none is. The range is null while it is looked up. */
function useZoom(
  span: Span | null,
  periodId: string,
  timeZone: string,
): { readonly unit: 'hour' | 'day'; readonly range: TimeRange | null } | null {
  // Of an hour, its whole day is shown.
  const wider: Span | null = span?.unit === 'hour' ? spanOf('day', span.at, timeZone) : span;
  const { range } = useSpan(wider, periodId, timeZone);
  if (wider === null) return null;
  return { unit: wider.unit === 'day' ? 'hour' : 'day', range };
}

function yearBefore(to: string): TimeRange {
  return { from: new Date(Date.parse(to) - yearMs).toISOString(), to };
}
