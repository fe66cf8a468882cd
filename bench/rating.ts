import { setImmediate as pause } from 'node:timers/promises';

import { defaultRateCard } from '../src/billing/rate-card.ts';
import sample from '../src/sample/current-period.json' with { type: 'json' };
import { priceText } from '../test/billing/priced-text.ts';
import { priceNaively } from '../test/billing/naive-rating.ts';
import { formatTable, median } from './table.ts';

interface Mix {
  readonly name: string;
  readonly texts: readonly string[];
}

const roundCount = 7;
const roundMs = 120;

const real = sample.messages.map(({ text }) => text);
const ascii = real.filter((text) => /^\p{ASCII}*$/u.test(text));
const others = real.filter((text) => !/^\p{ASCII}*$/u.test(text));
const mixes: readonly Mix[] = [
  { name: 'the sample’s texts', texts: real },
  { name: 'its ASCII texts', texts: ascii },
  { name: 'its other texts (curly quotes, accents)', texts: others },
  { name: '1 MB of different ASCII words', texts: [differentWords('')] },
  { name: '1 MB of different words with accents', texts: [differentWords('é')] },
];

/** Measures how fast texts are priced, against the regular expressions of the tests' oracle. @returns the report's part */
export async function measureRating(): Promise<string> {
  const rows: string[][] = [];
  for (const { name, texts } of mixes) {
    const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
    for (const text of texts) checkPrice(text);
    const ours: number[] = [];
    const naive: number[] = [];
    // In turns, so that both meet the same machine.
    for (let round = 0; round < roundCount; round++) {
      ours.push(megabytes * passesPerSecond(texts, (text) => priceText(text, defaultRateCard)));
      naive.push(megabytes * passesPerSecond(texts, (text) => priceNaively(text, defaultRateCard)));
      await pause();
    }
    const ratios = ours.map((speed, round) => speed / (naive[round] ?? Number.NaN));
    rows.push([name, median(ours).toFixed(1), median(naive).toFixed(1), `${median(ratios).toFixed(1)} ×`]);
  }
  return [
    `Pricing of texts on one core, medians of ${roundCount} rounds in turns, in MB of UTF-8 a second.`,
    formatTable(['texts', 'ours', 'regular expressions', 'ratio'], rows),
    `Garbage for each ASCII text: ${bytesPerText().toFixed(1)} bytes, those of the measuring included.`,
  ].join('\n\n');
}

function checkPrice(text: string): void {
  if (BigInt(priceText(text, defaultRateCard).units) !== priceNaively(text, defaultRateCard)) {
    throw new Error(`the two prices differ for ${JSON.stringify(text.slice(0, 80))}`);
  }
}

function passesPerSecond(texts: readonly string[], price: (text: string) => unknown): number {
  const begin = performance.now();
  let passes = 0;
  let elapsedMs: number;
  do {
    for (const text of texts) price(text);
    passes += 1;
    elapsedMs = performance.now() - begin;
  } while (elapsedMs < roundMs);
  return (passes / elapsedMs) * 1_000;
}

/** How much the heap grows for each text. Garbage collections in between would make it too small. */
function bytesPerText(): number {
  const passes = 200;
  const tries = Array.from({ length: 20 }, () => {
    const before = process.memoryUsage().heapUsed;
    for (let pass = 0; pass < passes; pass++) for (const text of ascii) priceText(text, defaultRateCard);
    return (process.memoryUsage().heapUsed - before) / (passes * ascii.length);
  });
  return median(tries.filter((bytes) => bytes > 0));
}

function differentWords(mark: string): string {
  const words: string[] = [];
  for (let length = 0, word = 0; length < 1_000_000; word++) {
    const text = `${mark}w${word.toString(36).replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}x`;
    words.push(text);
    length += text.length + 1;
  }
  return words.join(' ');
}
