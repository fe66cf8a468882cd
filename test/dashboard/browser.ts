import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';

import { type App, type AppOptions, startApp } from '../support/app.ts';

const chromiumPath = process.env['TEST_CHROMIUM'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(chromiumPath);

/** Somebody's browser, as far as the page can tell. */
export interface Visitor {
  readonly timeZone?: string;
  readonly locale?: string;
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Runs before the page's own scripts. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** A page that is open, and what must not happen on it. */
export interface Visit {
  readonly page: Page;
  /** What the browser complained of so far: errors, refused policies, requests to elsewhere. */
  readonly complaints: readonly string[];
  /** Expects no complaint but those that a test caused itself. */
  readonly expectNoComplaint: (but?: RegExp) => void;
}

// A busy machine draws a page in seconds.
const testTimeoutMs = 120_000;
const stepTimeoutMs = 40_000;

let browser: Browser | null = null;
/** Tabs that their visitors have left. */
let idle: Tab[] = [];

/**
 * Tests in a real browser: Debian's Chromium, or what TEST_CHROMIUM names. Skipped, and said so, where there is none;
 * in CI that is a failure.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (!hasBrowser && process.env['CI'] === undefined)
    console.log(`skipping the browser tests of ${name}: there is no ${chromiumPath}`);
  const skip = !hasBrowser && process.env['CI'] === undefined;
  const suite = skip ? describe.skip : describe;
  suite(name, { timeout: testTimeoutMs }, () => {
    beforeAll(async () => {
      if (!hasBrowser) throw new Error(`CI must not skip the browser, and there is no ${chromiumPath}`);
      browser = await chromium.launch({ executablePath: chromiumPath, args: calmFlags });
    });
    afterAll(async () => {
      await browser?.close();
      browser = null;
      idle = [];
    });
    tests();
  });
}

/** Starts a service for one test, which is gone after it: pages and services that nobody needs slow the others. */
export async function startAppOfTest(options: AppOptions = {}): Promise<App> {
  // The page hears of changes once a second: pulls in quicker succession would only take its processor.
  const app = await startApp({ ...options, settings: { SYNC_INTERVAL_MS: '150', ...options.settings } });
  onTestFinished(() => app.close());
  return app;
}

/** Opens a path of the service for one test, in a browser that keeps nothing of an earlier visit but files. */
export async function visit(app: App, path = '/', visitor: Visitor = {}): Promise<Visit> {
  const tab = takeIdle(visitor) ?? (await openTab(visitor));
  const { page } = tab;
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(app.url) && !url.startsWith('blob:')) complaints.push(`a request to ${url}`);
  });
  onTestFinished(() => leave(tab, app));
  await page.goto(new URL(path, app.url).href);
  return {
    page,
    complaints,
    expectNoComplaint(but) {
      expect(complaints.filter((complaint) => but?.test(complaint) !== true)).toEqual([]);
    },
  };
}

/** A context of its own, which stands for one person's browser, and its page. */
interface Tab {
  readonly visitor: Visitor;
  readonly context: BrowserContext;
  readonly page: Page;
}

/** An idle tab of such a visitor: a new one costs three times what it takes to open and draw the page in an old one. */
function takeIdle(visitor: Visitor): Tab | null {
  const index = idle.findIndex((tab) => isDeepStrictEqual(tab.visitor, visitor));
  return index === -1 ? null : (idle.splice(index, 1)[0] ?? null);
}

async function openTab(visitor: Visitor): Promise<Tab> {
  if (browser === null) throw new Error('visit only within describeInBrowser');
  const { timeZone = 'Europe/Berlin', locale = 'en-GB', dark = false, width = 1280, height = 900 } = visitor;
  const context = await browser.newContext({
    timezoneId: timeZone,
    locale,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(stepTimeoutMs);
  await visitor.prepare?.(context);
  return { visitor, context, page: await context.newPage() };
}

/** Takes away what a visit has left, so that the next begins like the first. */
async function leave(tab: Tab, app: App): Promise<void> {
  const { visitor, context, page } = tab;
  if (visitor.prepare !== undefined) {
    await context.close();
    return;
  }
  for (const event of ['console', 'pageerror', 'request', 'download'] as const)
    page.removeAllListeners(event);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.setOffline(false);
  await page.mouse.move(0, 0);
  if (page.url().startsWith(app.url)) await page.evaluate('localStorage.clear(); sessionStorage.clear()');
  await page.goto('about:blank');
  idle.push(tab);
}

// Without a display, a sandbox or the internet; nothing in the background.
const calmFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
