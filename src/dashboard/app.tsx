import type { JSX } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';

import { DashboardHeadDocument } from '../../schema/generated/graphql.ts';
import { Chart } from './chart/chart.tsx';
import { useNews } from './data/use-news.ts';
import { ClientContext, useOutage, useQuery } from './data/use-query.ts';
import { Estimate } from './estimate/estimate.tsx';
import { formatCredits } from './format.ts';
import { FreshnessBadge } from './head/freshness.tsx';
import { Headline } from './head/headline.tsx';
import { TopBar } from './head/top-bar.tsx';
import { ZonePicker } from './head/zone-picker.tsx';
import { Messages } from './messages/messages.tsx';
import { CredentialForm } from './notices/credential-form.tsx';
import { Notices, Rollover } from './notices/notices.tsx';
import { Refused } from './notices/refused.tsx';
import type { ShownPeriod } from './period.ts';
import { ReportNames } from './reports/report-names.ts';
import { Reports } from './reports/reports.tsx';
import { useTheme } from './theme.ts';
import { useSpan } from './url/use-span.ts';
import { NavigationContext, useAddress } from './url/use-view.ts';

/** The whole page. */
export function App(): JSX.Element {
  const navigation = useAddress();
  const { view, go } = navigation;
  const client = useContext(ClientContext);
  const [theme, toggleTheme] = useTheme();
  const outage = useOutage();
  const timeZone = view.timeZone ?? browserZone;
  const head = useQuery(DashboardHeadDocument, { periodId: view.periodId });
  const usage = head.data?.usage ?? null;
  const locked = outage?.kind === 'credential';
  const { news, live } = useNews(usage?.freshness.revision ?? null, locked);
  const span = useSpan(view.span, view.periodId, timeZone);

  useEffect(() => {
    // A link must show the same to everybody: it names what was only usual here and now.
    if (usage === null || !head.current || (view.periodId !== null && view.timeZone !== null)) return;
    client.keep(DashboardHeadDocument, { periodId: usage.period.id }, { usage });
    go({ ...view, periodId: usage.period.id, timeZone }, { replace: true });
  }, [usage, head.current, view, timeZone, client, go]);
  useEffect(() => {
    if (head.problem?.kind === 'refused' && head.problem.code === 'NOT_FOUND' && view.periodId !== null)
      go({ ...view, periodId: null, span: null, page: null }, { replace: true, fault: 'period' });
  }, [head.problem, view, go]);
  useEffect(() => {
    if (span.state === 'missing' && view.span !== null)
      go({ ...view, span: null, page: null }, { replace: true, fault: view.span.unit });
  }, [span.state, view, go]);
  useEffect(() => {
    document.title = usage === null ? 'Usage' : `${formatCredits(usage.totals.creditsUsed)} credits · Usage`;
  }, [usage]);

  const byReport = usage?.byReport;
  const reportNames = useMemo(
    () =>
      new Map(
        byReport?.flatMap(({ report }) => (report === null ? [] : [[report.id, report.name] as const])),
      ),
    [byReport],
  );
  const freshness = news?.freshness ?? usage?.freshness ?? null;
  const shown: ShownPeriod | null =
    usage === null || freshness === null ? null : { ...usage, asOf: freshness.asOf, timeZone };

  return (
    <NavigationContext.Provider value={navigation}>
      <ReportNames.Provider value={reportNames}>
        <TopBar theme={theme} toggleTheme={toggleTheme}>
          {freshness !== null && !locked && (
            <FreshnessBadge freshness={freshness} live={live} outage={outage} timeZone={timeZone} />
          )}
          <ZonePicker timeZone={timeZone} />
        </TopBar>
        {locked ? (
          <CredentialForm />
        ) : (
          <main>
            <Notices
              outage={outage}
              stale={freshness?.stale ?? false}
              setAsideCount={freshness?.setAsideCount ?? 0}
            />
            {head.problem?.kind === 'refused' && <Refused problem={head.problem} />}
            {shown === null ? (
              <Skeleton />
            ) : (
              <>
                <Rollover period={shown.period} newest={news?.id ?? null} timeZone={timeZone} />
                <Headline shown={shown} />
                <Chart shown={shown} />
                <div class="columns">
                  <Reports periodId={shown.period.id} span={span} />
                  <Messages periodId={shown.period.id} timeZone={timeZone} span={span} />
                </div>
                <Estimate />
              </>
            )}
          </main>
        )}
      </ReportNames.Provider>
    </NavigationContext.Provider>
  );
}

/** The page before its first figures, at its later size, so that nothing jumps. */
function Skeleton(): JSX.Element {
  return (
    <div class="loading" aria-busy="true">
      <p class="visually-hidden" role="status">
        The usage is being read
      </p>
      <div class="headline skeleton" aria-hidden="true" />
      <div class="card chart skeleton" aria-hidden="true" />
      <div class="columns" aria-hidden="true">
        <div class="card skeleton" />
        <div class="card skeleton" />
      </div>
    </div>
  );
}

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
