import { chromium } from 'playwright-core';

import { loadConfig } from '../src/config.ts';
import { startService } from '../src/service.ts';
import { createLog } from '../src/telemetry/log.ts';

// Takes the README's picture of the dashboard, of the bundled sample. `npm run picture` runs it, on any machine with a
// Chromium: TEST_CHROMIUM names it where it is not Debian's.
const path = 'docs/dashboard.png';

const config = await loadConfig({ PORT: '0', DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' });
const service = await startService(config, createLog('silent'));
const browser = await chromium.launch({
  executablePath: process.env['TEST_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({
    viewport: { width: 1200, height: 980 },
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  await page.goto(service.url);
  await page.locator('.bar').nth(3).hover();
  await page.locator('.message-table').waitFor();
  await page.screenshot({ path });
  console.log(`${path} is taken.`);
} finally {
  await browser.close();
  await service.close();
}
