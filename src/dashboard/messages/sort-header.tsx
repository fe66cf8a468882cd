import type { JSX } from 'preact';

import { useNavigation } from '../url/use-view.ts';
import { changeList, type SortField, toggleSort } from '../url/view.ts';

/** A column's header that sorts: ascending, descending, not at all. Several sort together, in the order of the clicks. */
export function SortHeader({
  field,
  label,
}: {
  readonly field: SortField;
  readonly label: string;
}): JSX.Element {
  const { view, go } = useNavigation();
  const rank = view.sort.findIndex((wish) => wish.field === field);
  const wish = view.sort[rank];
  const direction = wish === undefined ? null : wish.descending ? 'descending' : 'ascending';
  const several = view.sort.length > 1;
  return (
    // Only one header may carry `aria-sort`; the others say it in their button's name.
    <th scope="col" class={field} aria-sort={rank === 0 && direction !== null ? direction : undefined}>
      <button
        type="button"
        // With its visible word in it, as those who speak to their browser need it.
        aria-label={`${label}, ${wordsFor(direction, several ? rank : null)}`}
        class={`sort-button${direction === null ? '' : ' sorted'}`}
        onClick={() => go(changeList(view, { sort: toggleSort(view.sort, field) }))}
      >
        {label}
        <svg width="10" height="12" viewBox="0 0 10 12" aria-hidden="true">
          <path class={direction === 'ascending' ? 'on' : ''} d="M2 4.5 5 1.5 8 4.5" />
          <path class={direction === 'descending' ? 'on' : ''} d="M2 7.5 5 10.5 8 7.5" />
        </svg>
        {direction !== null && several && <span class="rank" data-rank={rank + 1} />}
      </button>
    </th>
  );
}

function wordsFor(direction: 'ascending' | 'descending' | null, rank: number | null): string {
  if (direction === null) return 'not sorted';
  return `sorted ${direction}${rank === null ? '' : `, ${ranks[rank] ?? ''} in weight`}`;
}

const ranks = ['first', 'second', 'third'];
