import { type RawBuilder, sql } from 'kysely';

import type { Database } from './database.ts';

/**
 * The clock of all that instances compare, for a statement: epoch ms by the database's clock where instances run on
 * several machines, else by this machine's.
 */
export function ledgerClock(
  { sharedClockMs }: Pick<Database, 'sharedClockMs'>,
  now: () => Date,
): RawBuilder<number> {
  return sharedClockMs ?? sql<number>`cast(${now().getTime()} as bigint)`;
}
