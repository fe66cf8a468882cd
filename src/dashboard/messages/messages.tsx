import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import {
  DashboardMessagesDocument,
  type DashboardMessagesQueryVariables,
} from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { formatCount, formatCounted, formatCredits } from '../format.ts';
import { Refused } from '../notices/refused.tsx';
import { pageSize, toMessageFilter, toMessageOrder } from '../url/list-query.ts';
import type { FoundSpan } from '../url/use-span.ts';
import { useNavigation } from '../url/use-view.ts';
import type { Page } from '../url/view.ts';
import { Chips } from './chips.tsx';
import { CopyLink } from './copy-link.tsx';
import { CsvLink } from './csv-link.tsx';
import { FilterForm } from './filter-form.tsx';
import { MessageTable } from './message-table.tsx';
import { Pages } from './pages.tsx';
import { useCalmList } from './use-calm-list.ts';

/** The messages of the period that the filters let through, page by page. */
export function Messages({
  periodId,
  timeZone,
  span,
}: {
  readonly periodId: string;
  readonly timeZone: string;
  readonly span: FoundSpan;
}): JSX.Element {
  const { view, go } = useNavigation();
  const section = useRef<HTMLElement>(null);
  const variables: DashboardMessagesQueryVariables = {
    periodId,
    filter: toMessageFilter(view.filter, span.range),
    orderBy: toMessageOrder(view.sort),
    ...toPage(view.page),
  };
  const asked = useQuery(DashboardMessagesDocument, span.state === 'looking' ? null : variables);
  const { problem } = asked;
  const listKey = JSON.stringify(variables);
  const list = useCalmList(asked.data?.usage?.messages ?? null, asked.current ? listKey : null, section);
  const { messages } = list;

  useEffect(() => {
    // A cursor belongs to one list; a link may carry one of another.
    if (problem?.kind === 'refused' && problem.code === 'INVALID_CURSOR' && view.page !== null)
      go({ ...view, page: null }, { replace: true, fault: view.page.side });
  }, [problem, view, go]);

  return (
    <section class="messages card" aria-labelledby="messages-title" ref={section} aria-busy={!asked.current}>
      <div class="card-head">
        <h2 id="messages-title">Messages</h2>
        <div class="controls">
          <CsvLink periodId={periodId} range={span.range} />
          <CopyLink />
        </div>
      </div>
      <FilterForm />
      <Chips timeZone={timeZone} />
      {problem?.kind === 'refused' ? (
        <Refused problem={problem} />
      ) : messages === null ? (
        <div class="skeleton rows" aria-hidden="true" />
      ) : (
        <>
          <p class="sums" aria-live="polite">
            <strong>{formatCredits(messages.totals.creditsUsed)}</strong> credits in{' '}
            {formatCounted(messages.totals.messageCount, 'message')}
            {messages.totals.unpricedCount > 0 &&
              `, ${formatCount(messages.totals.unpricedCount)} of them unpriced`}
          </p>
          {list.waiting !== null && (
            <button type="button" class="button new-rows" onClick={list.show}>
              {list.waiting === 0
                ? 'The list has changed: show it'
                : `${formatCount(list.waiting)} new: show`}
            </button>
          )}
          <MessageTable messages={messages.nodes} timeZone={timeZone} faded={!asked.current} />
          <Pages pageInfo={messages.pageInfo} top={section} />
        </>
      )}
    </section>
  );
}

function toPage(
  page: Page | null,
): Pick<DashboardMessagesQueryVariables, 'first' | 'after' | 'last' | 'before'> {
  if (page === null) return { first: pageSize };
  return page.side === 'after'
    ? { first: pageSize, after: page.cursor }
    : { last: pageSize, before: page.cursor };
}
