import type { DashboardHeadQuery } from '../../schema/generated/graphql.ts';

type Usage = NonNullable<DashboardHeadQuery['usage']>;

/** The period that the page shows, and how it is shown. */
export interface ShownPeriod {
  readonly period: Usage['period'];
  readonly totals: Usage['totals'];
  readonly byReport: Usage['byReport'];
  /** How far the figures reach, by the service's clock: the browser's may be wrong. */
  readonly asOf: string;
  readonly timeZone: string;
}
