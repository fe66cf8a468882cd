import { type RawBuilder, sql } from 'kysely';

/**
 * The length of a slot in milliseconds: a quarter of an hour. Every zone's offset today is a multiple of it, so
 * slots fold into the hours, days, weeks and months of any zone.
 */
export const slotMs = 900_000;

/** The slot of a time in a column; its length is {@link slotMs} unless told otherwise. SQL divides towards zero, and times before 1970 are negative. */
export function slotOf(column: string, lengthMs = slotMs): RawBuilder<number> {
  const [ms, slot] = [sql.ref(column), sql.lit(lengthMs)];
  return sql`(${ms} - ((${ms} % ${slot}) + ${slot}) % ${slot}) / ${slot}`;
}

/** 1 for a message that has a report, or one that could not be read yet; 0 for one that was priced from its text. */
export const hasReport = sql<number>`case when report_name is null and credits is not null then 0 else 1 end`;
