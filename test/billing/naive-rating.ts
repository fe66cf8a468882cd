import type { RateCard } from '../../src/billing/rate-card.ts';

/**
 * The rating rules a second time, written as plainly as the document reads and with none of the code under
 * test: the oracle of the random comparisons. In units of 1/10,000 credit.
 */
export function priceNaively(text: string, card: RateCard): bigint {
  const characters = Array.from(text);
  const words = text.match(/[\p{L}\p{M}'‘’-]+/gu) ?? [];
  const alphanumerics = Array.from(text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase());

  let units = toUnits(card.base) + BigInt(characters.length) * toUnits(card.perCharacter);
  for (const word of words) {
    const length = Array.from(word).length;
    units += toUnits(length <= 3 ? card.shortWord : length <= 7 ? card.mediumWord : card.longWord);
  }
  for (let place = 3; place <= characters.length; place += 3) {
    if (/[aeiou]/i.test(characters[place - 1] ?? '')) units += toUnits(card.thirdVowel);
  }
  if (characters.length > card.lengthThreshold) units += toUnits(card.lengthPenalty);
  if (words.length > 0 && new Set(words).size === words.length) units -= toUnits(card.uniqueWordsBonus);
  if (units < toUnits(card.minimum)) units = toUnits(card.minimum);
  if (alphanumerics.length > 0 && alphanumerics.join('') === alphanumerics.toReversed().join('')) {
    units *= BigInt(card.palindromeFactor);
  }
  return units;
}

function toUnits(credits: { readonly units: number }): bigint {
  return BigInt(credits.units);
}
