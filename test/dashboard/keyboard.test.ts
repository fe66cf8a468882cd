import { expect, it } from 'vitest';

import { type App, startApp } from '../support/app.ts';
import { describeInBrowser, visit } from './browser.ts';
import { row, rowIds, settled, sums, tabTo } from './seen.ts';

let shared: Promise<App> | null = null;
function sample(): Promise<App> {
  shared ??= startApp({ upstream: null });
  return shared;
}

describeInBrowser('the dashboard by keyboard alone', () => {
  it('reads the chart bar by bar and part by part, and narrows to one', async () => {
    const { page } = await visit(await sample());
    await row(page, 1000).waitFor();
    await tabTo(page, /^Mon 16-11-2026: 455\.35 credits/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.bar-tip').innerText()).toContain('Tue 17-11-2026');
    await page.keyboard.press('ArrowUp');
    const said = page.locator('.bar-chart [role=status]');
    expect(await said.innerText()).toBe('Lease Abstract: 97.00 credits');
    await page.keyboard.press('ArrowUp');
    expect(await said.innerText()).toContain('Use and Exclusivity Review: 52.00 credits');
    await page.keyboard.press('End');
    expect(await page.locator('.bar-tip').innerText()).toContain('Sun 22-11-2026');
    await page.keyboard.press('Enter');
    await sums(page).getByText('158.05 credits in 6 messages').waitFor();
  });

  it('chooses zone, period, theme and length of bars', async () => {
    const { page } = await visit(await sample());
    await row(page, 1000).waitFor();
    await tabTo(page, 'Time zone');
    await page.keyboard.type('UTC');
    await page.keyboard.press('Enter');
    await row(page, 1000).getByText('16-11-2026 08:58').waitFor();
    await tabTo(page, 'Switch to dark');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Switch to light' }).waitFor();
    await tabTo(page, /choose a billing period/);
    await page.keyboard.press('Enter');
    await page.locator('.period-list:popover-open').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.period-list:popover-open').waitFor({ state: 'detached' });
    await tabTo(page, 'Weeks');
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Credits by week' }).waitFor();
    expect(page.url()).toContain('&bars=week');
  });

  it('filters, takes off, sorts, opens a receipt, turns a page and prices a text', async () => {
    const { page } = await visit(await sample());
    await row(page, 1000).waitFor();
    await tabTo(page, 'Text');
    await page.keyboard.type('kestrel');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take off: “kestrel”' }).waitFor();
    await tabTo(page, /Take off: “kestrel”/);
    await page.keyboard.press('Enter');
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
    await page.getByLabel('Credits from').focus();
    await tabTo(page, 'Credits, not sorted');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Credits, sorted descending' }).waitFor();
    await settled(page);
    const [first = ''] = await rowIds(page);
    await tabTo(page, `Receipt of message ${first}`);
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: `Receipt of message ${first}` }).waitFor();
    await tabTo(page, 'Next →');
    await page.keyboard.press('Enter');
    await row(page, first).waitFor({ state: 'detached' });
    await tabTo(page, 'What would a text cost?');
    await page.keyboard.type('aba');
    await page.locator('.estimate .price', { hasText: '2.00' }).waitFor();
    expect(page.url()).toContain('&sort=-credits&after=');
  });

  it('narrows to a report', async () => {
    const { page } = await visit(await sample());
    await row(page, 1000).waitFor();
    await tabTo(page, /^Rent Roll Reconciliation/);
    await page.keyboard.press('Space');
    await sums(page).getByText('244.00 credits in 4 messages').waitFor();
    expect(page.url()).toContain('&report=');
  });
});
