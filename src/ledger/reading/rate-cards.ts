import type { Kysely } from 'kysely';

import { cardFormat, decodeStoredCard, encodeRateCard, type RateCard } from '../../billing/rate-card.ts';
import type { Database } from '../database/database.ts';
import { RateCardConflict } from '../recording/pull.ts';
import type { RateCardsTable, Tables } from '../database/tables.ts';

/** A card that once priced messages of the account; null when none of that version did. */
export async function readRateCard(
  { reads }: Pick<Database, 'reads'>,
  account: string,
  version: string,
): Promise<RateCard | null> {
  const row = await reads
    .selectFrom('rate_cards')
    .where('account_id', '=', account)
    .where('version', '=', version)
    .select(['format', 'card'])
    .executeTakeFirst();
  return row === undefined ? null : readStoredCard(row);
}

/** Keeps a card that prices messages of the account. @throws RateCardConflict */
export async function keepRateCard(trx: Kysely<Tables>, account: string, card: RateCard): Promise<void> {
  const { version } = card;
  const known = await readRateCard({ reads: trx }, account, version);
  if (known !== null) return checkSamePrices(known, card);
  const stored = { format: cardFormat, card: JSON.stringify(encodeRateCard(card)) };
  await trx
    .insertInto('rate_cards')
    .values({ account_id: account, version, ...stored })
    .execute();
}

/** @throws RateCardConflict when any account was charged by other prices under the card's version */
export async function checkRateCard({ reads }: Database, card: RateCard): Promise<void> {
  const rows = await reads
    .selectFrom('rate_cards')
    .where('version', '=', card.version)
    .select(['format', 'card'])
    .distinct()
    .execute();
  for (const row of rows) checkSamePrices(readStoredCard(row), card);
}

function checkSamePrices(known: RateCard, card: RateCard): void {
  if (JSON.stringify(encodeRateCard(known)) === JSON.stringify(encodeRateCard(card))) return;
  throw new RateCardConflict({ version: card.version });
}

// Few cards ever exist, and every query needs one: decoding it anew each time would cost more than reading it.
const parsedCards = new Map<string, RateCard>();
const parsedCardsSize = 100;

/** A card as a row of `rate_cards` holds it. */
export type StoredCard = Pick<RateCardsTable, 'format' | 'card'>;

/** Reads a stored card by its own format. */
export function readStoredCard({ format, card: json }: StoredCard): RateCard {
  const key = `${format} ${json}`;
  const known = parsedCards.get(key);
  if (known !== undefined) return known;
  if (parsedCards.size >= parsedCardsSize) parsedCards.clear();
  const card = decodeStoredCard(format, JSON.parse(json));
  parsedCards.set(key, card);
  return card;
}
