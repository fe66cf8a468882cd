import type { JSX } from 'preact';

import { nameOf } from '../chart/chart-controls.tsx';
import { useNavigation } from '../url/use-view.ts';
import { changeList, type Filter, noFilter, type View } from '../url/view.ts';
import { useReportName } from '../reports/report-names.ts';

interface Chip {
  readonly label: string;
  /** The view without it. */
  readonly without: View;
}

/** Everything that narrows the list, each to be taken off. */
export function Chips({ timeZone }: { readonly timeZone: string }): JSX.Element | null {
  const { view, go } = useNavigation();
  const reportName = useReportName();
  const { filter, span } = view;
  const without = (change: Partial<Filter>): View => changeList(view, { filter: { ...filter, ...change } });
  const chips: readonly (Chip | null)[] = [
    span === null ? null : { label: nameOf(span, timeZone), without: changeList(view, { span: null }) },
    filter.text === '' ? null : { label: `“${filter.text}”`, without: without({ text: '' }) },
    ...filter.reportIds.map((id) => ({
      label: reportName(id),
      without: without({ reportIds: filter.reportIds.filter((other) => other !== id) }),
    })),
    filter.hasReport === null
      ? null
      : {
          label: filter.hasReport ? 'With a report' : 'Without a report',
          without: without({ hasReport: null }),
        },
    filter.min === '' ? null : { label: `From ${filter.min} credits`, without: without({ min: '' }) },
    filter.max === '' ? null : { label: `Up to ${filter.max} credits`, without: without({ max: '' }) },
  ];
  const shown = chips.filter((chip) => chip !== null);
  if (shown.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {shown.map(({ label, without }) => (
        <li key={label}>
          <button type="button" class="chip" onClick={() => go(without)}>
            <span class="visually-hidden">Take off: </span>
            <span class="chip-label" dir="auto">
              {label.length > 60 ? `${label.slice(0, 60)}…` : label}
            </span>
            <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M2 2l6 6M8 2l-6 6" />
            </svg>
          </button>
        </li>
      ))}
      {shown.length > 1 && (
        <li>
          <button
            type="button"
            class="text-button"
            onClick={() => go(changeList(view, { filter: noFilter, span: null }))}
          >
            Take all off
          </button>
        </li>
      )}
    </ul>
  );
}
