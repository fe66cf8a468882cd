import { useContext, useEffect, useState } from 'preact/hooks';

import { DashboardPeriodsDocument, type DashboardPeriodsQuery } from '../../../schema/generated/graphql.ts';
import { ClientContext, useQuery } from '../data/use-query.ts';

/** A billing period. */
export type Period = NonNullable<DashboardPeriodsQuery['billingPeriods']>['nodes'][number];

/** The account's periods as far as they were asked for, newest first. */
export interface Periods {
  readonly list: readonly Period[];
  /** Asks for older ones; null: there are none. */
  readonly more: (() => void) | null;
}

/**
 * Reads the newest periods, and older ones page by page.
 * @param since asks at once for all that had not ended then; null: for the first page alone.
 */
export function usePeriods(since: string | null = null): Periods {
  const client = useContext(ClientContext);
  const { data } = useQuery(DashboardPeriodsDocument, {});
  const [older, setOlder] = useState<readonly string[]>([]);
  const newest = data?.billingPeriods ?? null;
  const [, draw] = useState({});
  useEffect(() => {
    const ends = older.map((after) => client.watch(DashboardPeriodsDocument, { after }, () => draw({})));
    return () => {
      for (const end of ends) end();
    };
  }, [client, older]);
  const pages = [
    newest,
    ...older.map((after) => client.read(DashboardPeriodsDocument, { after }).data?.billingPeriods),
  ];
  const list = pages.flatMap((page) => page?.nodes ?? []);
  const last = pages.at(-1)?.pageInfo;
  const cursor = last?.hasNextPage === true ? last.endCursor : null;
  const lacksOlder = since !== null && list.at(-1)?.from.localeCompare(since) === 1;
  useEffect(() => {
    if (lacksOlder && cursor !== null) setOlder([...older, cursor]);
  }, [lacksOlder, cursor, older]);
  return { list, more: cursor === null ? null : () => setOlder([...older, cursor]) };
}
