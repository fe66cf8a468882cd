import { readFileSync } from 'node:fs';

import { decodeRateCard, defaultRateCard, InvalidRateCard, type RateCard } from './billing/rate-card.ts';

/** Reads the rate card of a file; without a path, the built-in one. */
export function loadRateCard(path: string | undefined): {
  readonly rateCard: RateCard;
  readonly faults: readonly string[];
} {
  if (path === undefined) return { rateCard: defaultRateCard, faults: [] };
  try {
    return { rateCard: decodeRateCard(JSON.parse(readFileSync(path, 'utf8'))), faults: [] };
  } catch (error) {
    const faults =
      error instanceof InvalidRateCard
        ? error.faults
        : [error instanceof Error ? error.message : String(error)];
    return { rateCard: defaultRateCard, faults: faults.map((fault) => `RATE_CARD ${path}: ${fault}`) };
  }
}
