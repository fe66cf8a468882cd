import { type Kysely, sql } from 'kysely';

import type { StagingKey } from './staging.ts';
import type { Tables } from '../database/tables.ts';

// Room for twenty halvings between neighbours before anybody must move.
const gap = 65_536;

/**
 * Gives staged messages their positions, so that positions rise in the snapshot's order.
 * A message that has a position keeps it, wherever new ones arrive around it: page cursors stay good. Its staged row
 * gets none then, for to write a million rows anew would cost more than all else. Only when the upstream itself turned
 * the order around, or a gap is used up, does everything get a new position.
 */
export async function assignPositions(trx: Kysely<Tables>, key: StagingKey): Promise<void> {
  const { account, pullId } = key;
  const known = sql`
    select s.message_id, s.ordinal, m.position
    from staged_messages s
    left join messages m on m.account_id = s.account_id and m.message_id = s.message_id
    where s.account_id = ${account} and s.pull_id = ${pullId}`;

  const order = await sql<{ added: number; kept: number; disordered: number }>`
    select cast(count(*) - count(position) as bigint) as added, cast(count(position) as bigint) as kept,
      cast(coalesce(max(case when position <= before then 1 else 0 end), 0) as bigint) as disordered
    from (
      select position, case when position is not null
        then max(position) over (order by ordinal rows between unbounded preceding and 1 preceding) end as before
      from (${known}) as known
    ) as ordered`.execute(trx);
  const { added, kept, disordered } = order.rows[0] ?? { added: 0, kept: 0, disordered: 0 };
  if (disordered > 0 || kept === 0) return renumber(trx, key);
  if (added === 0) return;

  // Both frames begin at an end: with one that begins at the current row, PostgreSQL takes the minimum anew for each row.
  await sql`
    update staged_messages set position = placed.position
    from (
      select message_id, case
        when before is null and after is null then (ordinal + 1) * ${sql.lit(gap)}
        when before is null then after - (after_ordinal - ordinal) * ${sql.lit(gap)}
        when after is null then before + (ordinal - before_ordinal) * ${sql.lit(gap)}
        else before + (after - before) * (ordinal - before_ordinal) / (after_ordinal - before_ordinal)
      end as position
      from (
        select message_id, ordinal, position,
          max(position) over earlier as before,
          max(case when position is not null then ordinal end) over earlier as before_ordinal,
          min(position) over later as after,
          min(case when position is not null then ordinal end) over later as after_ordinal
        from (${known}) as known
        window earlier as (order by ordinal rows between unbounded preceding and current row),
          later as (order by ordinal desc rows between unbounded preceding and current row)
      ) as neighbours
      where position is null
    ) as placed
    where staged_messages.account_id = ${account} and staged_messages.pull_id = ${pullId}
      and staged_messages.message_id = placed.message_id`.execute(trx);

  const places = await sql<{ crowded: number }>`
    select cast(count(*) - count(distinct coalesce(s.position, m.position)) as bigint) as crowded
    from staged_messages s
    left join messages m on m.account_id = s.account_id and m.message_id = s.message_id
    where s.account_id = ${account} and s.pull_id = ${pullId}`.execute(trx);
  if ((places.rows[0]?.crowded ?? 0) > 0) await renumber(trx, key);
}

async function renumber(trx: Kysely<Tables>, { account, pullId }: StagingKey): Promise<void> {
  await sql`
    update staged_messages set position = (ordinal + 1) * ${sql.lit(gap)}
    where account_id = ${account} and pull_id = ${pullId}`.execute(trx);
}
