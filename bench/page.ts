import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { type Browser, chromium, type Page } from 'playwright-core';

import { serviceArgs, startMeasured } from './measured-process.ts';
import { formatTable, median } from './table.ts';

const chromiumPath = process.env['TEST_CHROMIUM'] ?? '/usr/bin/chromium';
const assets = 'dist/dashboard/assets';
const tries = 7;
const slowdown = 4;

/** Measures how big the dashboard is, and how soon it shows something. @returns the report's part */
export async function measurePage(): Promise<string> {
  const size = `All JavaScript of the page, gzipped: ${(gzippedBytes() / 1_000).toFixed(1)} kB. The bar is 45 kB.`;
  if (!existsSync(chromiumPath)) return `${size}\n\nThere is no ${chromiumPath}, so the page was not opened.`;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    return [size, await measureSample(browser)].join('\n\n');
  } finally {
    await browser.close();
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
    const openings = await openOften(browser, server.url);
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

interface Opening {
  /** Until something is painted, in ms, by the page's own clock. */
  readonly paintMs: number;
  /** Until bars, figures and messages are there. */
  readonly pictureMs: number;
}

async function openOften(browser: Browser, url: string): Promise<readonly Opening[]> {
  const openings: Opening[] = [];
  // The first one finds a browser and a service that are cold.
  for (let number = -1; number < tries; number += 1) {
    const page = await openPage(browser);
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

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return page;
}

async function waitForPicture(page: Page): Promise<void> {
  await page.locator('.bar').first().waitFor();
  await page.locator('.row-button').first().waitFor();
}
