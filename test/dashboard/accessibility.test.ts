import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';

import { type App, startApp } from '../support/app.ts';
import { describeInBrowser, startAppOfTest, visit, type Visitor } from './browser.ts';
import { row, sums } from './seen.ts';

let shared: Promise<App> | null = null;
function sample(): Promise<App> {
  shared ??= startApp({ upstream: null });
  return shared;
}

/** What axe finds against WCAG 2.2 AA. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result = violations.parse(
    await page.evaluate(`axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    })`),
  );
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
  );
}

const violations = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

const looks: readonly (readonly [string, Visitor])[] = [
  ['in light', {}],
  ['in dark', { dark: true }],
  ['at 360 px', { width: 360, height: 740 }],
];

describeInBrowser('the accessibility of the dashboard', () => {
  it.each(looks)('gives axe nothing to find %s, with all open that opens', async (_name, visitor) => {
    const { page } = await visit(await sample(), '/?sort=report,-credits&min=1', visitor);
    await row(page, 1054).getByRole('button').click();
    await page.getByRole('table', { name: 'Receipt of message 1054' }).waitFor();
    await page.getByText('Figures as a table').click();
    await page.getByLabel('What would a text cost?').fill('aba');
    await page.getByRole('table', { name: 'Steps of the estimate' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: /choose a billing period/ }).click();
    expect(await findings(page)).toEqual([]);
  });

  it('gives axe nothing to find while it loads, empty, unpriced, in error and at the door', async () => {
    const app = await startAppOfTest({
      script(up) {
        up.setMessages([{ id: 1, text: 'x', timestamp: '2026-11-16T09:00:00Z', report_id: 7 }]);
        up.setReport(7, (response) => void response.writeHead(500).end());
      },
    });
    const loading = await visit(app, '/livez');
    await loading.page.route('**/graphql*', () => {});
    await loading.page.goto(`${app.url}/`);
    await loading.page.getByText('The usage is being read').waitFor({ state: 'attached' });
    expect(await findings(loading.page)).toEqual([]);

    const { page } = await visit(app, '/?colour=red');
    await page.getByText('1 message has no price yet').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Text', { exact: true }).fill('unheard-of');
    await page.getByLabel('Text', { exact: true }).press('Enter');
    await page.getByText('No message fits.').waitFor();
    expect(await findings(page)).toEqual([]);
    await app.close();
    await page.getByText('The service does not answer.').waitFor();
    expect(await findings(page)).toEqual([]);

    const other = await sample();
    const door = await visit(other, '/livez');
    await door.page.route('**/graphql*', (route) => route.fulfill({ status: 401, body: '{}' }));
    await door.page.goto(`${other.url}/`);
    await door.page.getByLabel('API key or token').waitFor();
    expect(await findings(door.page)).toEqual([]);
  });

  it('fits 360 px without sideways scroll, with labels of 10 px or more', async () => {
    const { page } = await visit(await sample(), '/?day=2026-11-17', { width: 360, height: 740 });
    await sums(page).getByText('346.70 credits in 22 messages').waitFor();
    await row(page, 1024).click();
    await page.getByRole('table', { name: 'Receipt of message 1024' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    // The chart is drawn at its real size, so that what the style says is what is seen.
    const drawn = await page.evaluate(
      `(() => { const svg = document.querySelector('.bar-chart svg'); return svg.clientWidth === Number(svg.getAttribute('width')) && !svg.hasAttribute('viewBox'); })()`,
    );
    expect(drawn).toBe(true);
    const sizes: unknown = await page.evaluate(
      `[...document.querySelectorAll('body *')].filter((element) => element.textContent.trim() !== '')
         .map((element) => Number.parseFloat(getComputedStyle(element).fontSize))`,
    );
    expect(Math.min(...z.array(z.number()).parse(sizes))).toBeGreaterThanOrEqual(10);
  });
});
