import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { type Browser, chromium, type Page } from 'playwright-core';

import { serviceArgs, startMeasured } from './measured-process.ts';
import { closeUpstreams, startPrepared } from './prepared-ledgers.ts';
import { formatTable, median } from './table.ts';

const chromiumPath = process.env['TEST_CHROMIUM'] ?? '/usr/bin/chromium';
const assets = 'dist/dashboard/assets';
const tries = 7;
const slowdown = 4;
const manyMessages = 1_000_000;

/** Measures how big the dashboard is, and how soon it shows something. @returns the report's part */
export async function measurePage(): Promise<string> {
  const size = `All JavaScript of the page, gzipped: ${(gzippedBytes() / 1_000).toFixed(1)} kB. The bar is 45 kB.`;
  if (!existsSync(chromiumPath)) return `${size}\n\nThere is no ${chromiumPath}, so the page was not opened.`;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    return [size, await measureSample(browser), await measureMany(browser)].join('\n\n');
  } finally {
    await browser.close();
    await closeUpstreams();
  }
}

function gzippedBytes(): number {
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
}

async function measureSample(browser: Browser): Promise<string> {
  const server = await startMeasured(serviceArgs, { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: 'memory:' });
  try {
    while ((await fetch(`${server.url}/readyz`)).status !== 200);
    const openings = await openOften(browser, server.url, slowdown);
    return [
      `The bundled sample, in a browser whose processor is slowed down by ${slowdown}, with an empty cache; medians of ${tries} from the click on the address.`,
      formatTable(
        ['until', 'ms'],
        [
          ['something is painted', median(openings.map(({ paintMs }) => paintMs)).toFixed(0)],
          [
            'bars, figures and messages are there',
            median(openings.map(({ pictureMs }) => pictureMs)).toFixed(0),
          ],
        ],
      ),
    ].join('\n\n');
  } finally {
    await server.stop();
  }
}

async function measureMany(browser: Browser): Promise<string> {
  const prepared = await startPrepared(manyMessages, {
    ANSWER_CACHE_BYTES: '0',
    MAX_EVENT_LOOP_DELAY_MS: '0',
  });
  try {
    const { url } = prepared.server;
    const openings = await openOften(browser, url, 1);
    const page = await openPage(browser, 1);
    await page.goto(url);
    await waitForPicture(page);
    const sorts: number[] = [];
    const pages: number[] = [];
    for (let number = 0; number < tries; number += 1) {
      sorts.push(await timeStep(page, '.sort-button:has-text("Credits")'));
      pages.push(await timeStep(page, "a:has-text('Next')"));
    }
    await page.context().close();
    return [
      `${manyMessages.toLocaleString('en')} messages on SQLite, all caches off, a processor at its own speed; medians of ${tries}. The bars: 1,500 ms and 300 ms.`,
      formatTable(
        ['until', 'ms'],
        [
          ['the first picture is there', median(openings.map(({ pictureMs }) => pictureMs)).toFixed(0)],
          ['a click on a header has sorted', median(sorts).toFixed(0)],
          ['a click on Next has turned the page', median(pages).toFixed(0)],
        ],
      ),
    ].join('\n\n');
  } finally {
    await prepared.stop();
  }
}

interface Opening {
  /** Until something is painted, in ms, by the page's own clock. */
  readonly paintMs: number;
  /** Until bars, figures and messages are there. */
  readonly pictureMs: number;
}

async function openOften(browser: Browser, url: string, slowBy: number): Promise<readonly Opening[]> {
  const openings: Opening[] = [];
  // The first one finds a browser and a service that are cold.
  for (let number = -1; number < tries; number += 1) {
    const page = await openPage(browser, slowBy);
    await page.goto(url);
    await waitForPicture(page);
    const [paintMs = Number.NaN, pictureMs = Number.NaN] = await page.evaluate<readonly number[]>(
      `[performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]`,
    );
    if (number >= 0) openings.push({ paintMs, pictureMs });
    await page.context().close();
  }
  return openings;
}

async function openPage(browser: Browser, slowBy: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowBy });
  return page;
}

const isPicture = `document.querySelector('.bar') !== null && document.querySelector('.row-button') !== null`;

async function waitForPicture(page: Page): Promise<void> {
  await page.waitForFunction(isPicture, null, { polling: 'raf' });
}

/** How long it takes from a click until the table shows other rows. */
async function timeStep(page: Page, selector: string): Promise<number> {
  const ids = `[...document.querySelectorAll('.row-button')].map((row) => row.textContent).join()`;
  const before = JSON.stringify(await page.evaluate<string>(ids));
  await page.locator(selector).first().waitFor();
  const begin = performance.now();
  await page.locator(selector).first().click();
  await page.waitForFunction(
    `${ids} !== ${before} && document.querySelector('.messages[aria-busy="false"]') !== null`,
    null,
    { polling: 'raf' },
  );
  return performance.now() - begin;
}
