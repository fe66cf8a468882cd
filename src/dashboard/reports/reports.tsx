import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { DashboardReportsDocument, type DashboardReportsQuery } from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { formatCount, formatCredits } from '../format.ts';
import { Refused } from '../notices/refused.tsx';
import { toMessageFilter } from '../url/list-query.ts';
import type { FoundSpan } from '../url/use-span.ts';
import { useNavigation } from '../url/use-view.ts';
import { changeList, type Filter } from '../url/view.ts';

type ReportUsage = NonNullable<DashboardReportsQuery['usage']>['byReport'][number];

const firstRows = 10;

/** The usage by report, dearest first. Each row narrows the messages to it, and lets go of it again. */
export function Reports({
  periodId,
  span,
}: {
  readonly periodId: string;
  readonly span: FoundSpan;
}): JSX.Element {
  const { view } = useNavigation();
  const [all, showAll] = useState(false);
  // The reports that were chosen must not hide those that could be chosen as well.
  const others: Filter = { ...view.filter, reportIds: [], hasReport: null };
  const { data, problem } = useQuery(
    DashboardReportsDocument,
    span.state === 'looking' ? null : { periodId, filter: toMessageFilter(others, span.range) },
  );
  const rows = data?.usage?.byReport ?? null;
  const highest = Number(rows?.[0]?.totals.creditsUsed ?? 0);
  const shown = all ? rows : (rows?.slice(0, firstRows) ?? null);
  return (
    <section class="reports card" aria-labelledby="reports-title">
      <div class="card-head">
        <h2 id="reports-title">By report</h2>
      </div>
      {problem?.kind === 'refused' ? (
        <Refused problem={problem} />
      ) : shown === null || rows === null ? (
        <div class="skeleton rows" aria-hidden="true" />
      ) : (
        <table class="report-table">
          <thead>
            <tr>
              <th scope="col">Report</th>
              <th scope="col">Messages</th>
              <th scope="col">Credits</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <ReportRow key={row.report?.id ?? ''} row={row} highest={highest} />
            ))}
            {rows.length === 0 && (
              <tr>
                <td colSpan={3} class="nothing">
                  Nothing was used.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {rows !== null && rows.length > firstRows && (
        <button type="button" class="text-button" onClick={() => showAll(!all)}>
          {all ? 'Show the dearest only' : `Show all ${formatCount(rows.length)}`}
        </button>
      )}
    </section>
  );
}

function ReportRow({
  row: { report, creditCost, totals },
  highest,
}: {
  readonly row: ReportUsage;
  /** The dearest row, for the length of the bars alone. */
  readonly highest: number;
}): JSX.Element {
  const { view, go } = useNavigation();
  const { filter } = view;
  const chosen = report === null ? filter.hasReport === false : filter.reportIds.includes(report.id);
  const share = highest === 0 ? 0 : Number(totals.creditsUsed) / highest;
  function toggle(): void {
    go(
      changeList(view, {
        filter: { ...filter, ...(report === null ? withoutReport() : toggled(report.id)) },
      }),
    );
  }
  function withoutReport(): Partial<Filter> {
    return { hasReport: chosen ? null : false, reportIds: [] };
  }
  function toggled(id: string): Partial<Filter> {
    const reportIds = chosen ? filter.reportIds.filter((other) => other !== id) : [...filter.reportIds, id];
    return { reportIds, hasReport: null };
  }
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" class="report-button" aria-pressed={chosen} onClick={toggle}>
          <span class="name" dir="auto">
            {report?.name ?? 'Priced from text'}
          </span>
          {creditCost !== null && <span class="quiet">{formatCredits(creditCost)} each</span>}
          <span class="share" aria-hidden="true">
            <span style={{ width: `${share * 100}%` }} />
          </span>
        </button>
      </th>
      <td>{formatCount(totals.messageCount)}</td>
      <td class="credits">
        {formatCredits(totals.creditsUsed)}
        {totals.unpricedCount > 0 && (
          <span class="unpriced-count"> + {formatCount(totals.unpricedCount)} unpriced</span>
        )}
      </td>
    </tr>
  );
}
