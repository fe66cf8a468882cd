import { existsSync } from 'node:fs';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import type { App } from '../support/app.ts';

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
    });
    tests();
  });
}

/** Opens a path of the service, in a browser that has never been there. */
export async function visit(app: App, path = '/', visitor: Visitor = {}): Promise<Visit> {
  if (browser === null) throw new Error('visit only within describeInBrowser');
  const { timeZone = 'Europe/Berlin', locale = 'en-GB', dark = false, width = 1280, height = 900 } = visitor;
  const context = await browser.newContext({
    timezoneId: timeZone,
    locale,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height },
    baseURL: app.url,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(stepTimeoutMs);
  await visitor.prepare?.(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(app.url) && !url.startsWith('blob:')) complaints.push(`a request to ${url}`);
  });
  await page.goto(path);
  return {
    page,
    complaints,
    expectNoComplaint(but) {
      expect(complaints.filter((complaint) => but?.test(complaint) !== true)).toEqual([]);
    },
  };
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
