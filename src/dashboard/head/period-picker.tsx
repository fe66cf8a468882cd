import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';

import { formatDate, formatTime } from '../format.ts';
import { ViewLink } from '../url/link.tsx';
import { useNavigation } from '../url/use-view.ts';
import { changeList } from '../url/view.ts';
import { type Period, usePeriods } from './use-periods.ts';

/** The period that is shown, and the others to choose from: running and ended ones, page by page. */
export function PeriodPicker({
  period,
  timeZone,
}: {
  readonly period: Period;
  readonly timeZone: string;
}): JSX.Element {
  const { view } = useNavigation();
  const { list, more } = usePeriods();
  const popover = useRef<HTMLDivElement>(null);
  const id = useId();
  return (
    <div class="period-picker">
      <button type="button" class="period-button" popovertarget={id}>
        <span class="period-span">
          {formatDate(period.from, timeZone)} – {period.to === null ? 'now' : formatDate(period.to, timeZone)}
        </span>
        <span class={`tag ${period.status === 'OPEN' ? 'tag-open' : ''}`}>
          {period.status === 'OPEN' ? 'Running' : 'Ended'}
        </span>
        <span class="visually-hidden">: choose a billing period</span>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2 4l4 4 4-4" />
        </svg>
      </button>
      <div id={id} popover="auto" class="period-list" ref={popover}>
        <ul>
          {list.map((other) => (
            <li key={other.id}>
              <ViewLink
                to={changeList(view, { periodId: other.id, span: null, bars: null, chart: 'period' })}
                aria-current={other.id === period.id ? 'true' : undefined}
                onFollow={() => popover.current?.hidePopover()}
              >
                <span>
                  {formatTime(other.from, timeZone)} –{' '}
                  {other.to === null ? 'now' : formatTime(other.to, timeZone)}
                </span>
                <span class={`tag ${other.status === 'OPEN' ? 'tag-open' : ''}`}>
                  {other.status === 'OPEN' ? 'Running' : `No. ${other.id}`}
                </span>
              </ViewLink>
            </li>
          ))}
        </ul>
        {more !== null && (
          <button type="button" class="text-button" onClick={more}>
            Older periods
          </button>
        )}
      </div>
    </div>
  );
}
