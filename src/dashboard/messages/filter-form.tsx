import type { JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';

import { ReportNames } from '../reports/report-names.ts';
import { maxTextLength, readCredits } from '../url/address.ts';
import { useNavigation } from '../url/use-view.ts';
import { changeList, type Filter } from '../url/view.ts';

/** What narrows the list. Each field counts when it is left or Enter is pressed. */
export function FilterForm(): JSX.Element {
  const { view, go } = useNavigation();
  const names = useContext(ReportNames);
  const { filter } = view;
  const apply = (change: Partial<Filter>): void => go(changeList(view, { filter: { ...filter, ...change } }));
  const unchosen = [...names].filter(([id]) => !filter.reportIds.includes(id));
  return (
    <form class="filters" role="search" aria-label="Messages" onSubmit={(event) => event.preventDefault()}>
      <div class="field grow">
        <label htmlFor="filter-text">Text</label>
        <input
          id="filter-text"
          type="search"
          // A key of its own for each value that Back may bring: what was typed is the browser's until then.
          key={filter.text}
          defaultValue={filter.text}
          maxLength={maxTextLength}
          placeholder="Part of the text"
          onChange={({ currentTarget: { value } }) => {
            if (value !== filter.text) apply({ text: value });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && event.currentTarget.value !== filter.text)
              apply({ text: event.currentTarget.value });
          }}
        />
      </div>
      <div class="field">
        <label htmlFor="filter-report">Report</label>
        <select
          id="filter-report"
          value=""
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            currentTarget.value = '';
            if (value === 'with' || value === 'without') apply({ hasReport: value === 'with' });
            else if (value !== '') apply({ reportIds: [...filter.reportIds, value.slice(1)] });
          }}
        >
          <option value="">Any</option>
          <option value="with">With a report</option>
          <option value="without">Without a report</option>
          {unchosen.map(([id, name]) => (
            <option key={id} value={`#${id}`}>
              {name.slice(0, 80)}
            </option>
          ))}
        </select>
      </div>
      <CreditsField id="filter-min" label="Credits from" value={filter.min} apply={(min) => apply({ min })} />
      <CreditsField id="filter-max" label="to" value={filter.max} apply={(max) => apply({ max })} />
    </form>
  );
}

function CreditsField({
  id,
  label,
  value,
  apply,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly apply: (value: string) => void;
}): JSX.Element {
  const [wrong, setWrong] = useState(false);
  function take(typed: string): void {
    const trimmed = typed.trim().replace(',', '.');
    const credits = trimmed === '' ? '' : readCredits(trimmed);
    setWrong(credits === null);
    if (credits !== null && credits !== value) apply(credits);
  }
  return (
    <div class="field narrow">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        key={value}
        defaultValue={value}
        aria-invalid={wrong}
        title={wrong ? 'A number such as 5 or 5.25' : undefined}
        onChange={({ currentTarget }) => take(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take(event.currentTarget.value);
        }}
      />
      {wrong && (
        <span class="field-fault" role="alert">
          A number such as 5.25
        </span>
      )}
    </div>
  );
}
