import type { RateCard } from '../billing/rate-card.ts';
import type { ListKey, RecordedList } from '../ledger/recording/recorded-list.ts';
import { ListCheck } from '../upstream/list-check.ts';

/** Raise it whenever a body is decoded in another way: what was read by another version is read anew. */
const readingVersion = 1;

/** By what it is told whether a list is known. */
export interface KnownListOptions {
  readonly rateCard: RateCard;
  /** How long a vendor's word is believed that its list has not changed; an hour unless told otherwise. */
  readonly validatorMaxAgeMs?: number;
}

/**
 * Prepares to read a list. The recorded one is known unless another card is to price it, or one of its reports is to be
 * read again.
 */
export function checkAgainst(
  recorded: RecordedList | null,
  { rateCard, validatorMaxAgeMs = 3_600_000 }: KnownListOptions,
): ListCheck {
  if (recorded === null || recorded.readBy !== nameReader(rateCard)) return new ListCheck(null);
  const { reportDueInMs, ageMs, ...version } = recorded;
  if (reportDueInMs !== null && reportDueInMs <= 0) return new ListCheck(null);
  return new ListCheck({ ...version, hasFreshValidators: ageMs >= 0 && ageMs < validatorMaxAgeMs });
}

/** By what the list is known again that was read with a check; null when that is not possible. */
export function toListKey(
  { version }: ListCheck,
  { rateCard, reportDueInMs }: { readonly rateCard: RateCard; readonly reportDueInMs: number | null },
): ListKey | null {
  return version === null ? null : { ...version, readBy: nameReader(rateCard), reportDueInMs };
}

function nameReader(card: RateCard): string {
  return `${readingVersion} ${card.version}`;
}
