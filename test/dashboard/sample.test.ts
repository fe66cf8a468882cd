import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { type App, startApp } from '../support/app.ts';
import { describeInBrowser, visit } from './browser.ts';
import { barNames, bars, headline, row, rowIds, settled, sums } from './seen.ts';

let shared: Promise<App> | null = null;
/** The bundled sample, which no test changes. */
function sample(): Promise<App> {
  shared ??= startApp({ upstream: null });
  return shared;
}

describeInBrowser('the dashboard of the sample', () => {
  it('shows the figures of the tour, and bars that add up to the headline', async () => {
    const { page, expectNoComplaint } = await visit(await sample());
    await row(page, 1000).getByText('16-11-2026 09:58').waitFor();
    expect(await headline(page).innerText()).toMatch(/2,347\.35[\s\S]*110[\s\S]*\b0\b/);
    const names = await barNames(page, 'day');
    expect(names).toEqual([
      'Mon 16-11-2026: 455.35 credits, 19 messages',
      'Tue 17-11-2026: 346.70 credits, 22 messages',
      'Wed 18-11-2026: 569.40 credits, 26 messages',
      'Thu 19-11-2026: 478.95 credits, 22 messages',
      'Fri 20-11-2026: 338.90 credits, 15 messages',
      'Sat 21-11-2026: 0.00 credits, 0 messages',
      'Sun 22-11-2026: 158.05 credits, 6 messages',
    ]);
    const cents = names.map((name) => BigInt(/: (\d+)\.(\d\d) /.exec(name)?.slice(1).join('') ?? ''));
    expect(cents.reduce((sum, next) => sum + next, 0n)).toBe(234_735n);
    expect(new URL(page.url()).search).toBe('?period=2&tz=Europe/Berlin');
    expectNoComplaint();
  });

  it('gives every figure of the chart as a table, too', async () => {
    const { page } = await visit(await sample());
    await page.getByText('Figures as a table').click();
    const table = page.getByRole('region', { name: 'Figures of the chart' });
    const tuesday = await table.getByRole('row', { name: /^Tue 17-11-2026/ }).innerText();
    // 97.00 + (52.00 + 44.00 + 36.00 + 31.00) + 86.70 = 346.70
    expect(tuesday.split('\t').map((cell) => cell.trim())).toEqual([
      'Tue 17-11-2026',
      '346.70',
      '22',
      '97.00',
      '',
      '',
      '',
      'Use and Exclusivity Review 52.00\nLandlord Covenants Summary 44.00\nCritical Dates Calendar 36.00\nEstoppel Certificate Check 31.00',
      '86.70',
    ]);
  });

  it('shows the parts of a bar under the pointer', async () => {
    const { page } = await visit(await sample());
    await bars(page).nth(1).hover();
    const tip = await page.locator('.bar-tip').innerText();
    expect(tip.replaceAll(/\s+/g, ' ')).toContain('Tue 17-11-2026 346.70 credits · 22 messages');
    expect(tip.replaceAll(/\s+/g, ' ')).toContain('Lease Abstract 97.00');
  });

  it('narrows all below to a bar that is clicked, to its hours, and goes back', async () => {
    const { page, expectNoComplaint } = await visit(await sample());
    await bars(page).nth(1).click();
    await sums(page).getByText('346.70 credits in 22 messages').waitFor();
    expect(page.url()).toContain('&day=2026-11-17');
    const hours = await barNames(page, 'hour');
    expect(hours).toHaveLength(24);
    expect(hours[10]).toBe('17-11-2026, 10:00 to 11:00: 53.30 credits, 2 messages');
    await bars(page).nth(10).click();
    await sums(page).getByText('53.30 credits in 2 messages').waitFor();
    expect(page.url()).toContain('&hour=2026-11-17T09:00Z');
    expect(await rowIds(page)).toEqual(['1024', '1025']);
    await page.getByRole('link', { name: 'Whole period' }).click();
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
    await page.goBack();
    await sums(page).getByText('53.30 credits in 2 messages').waitFor();
    expectNoComplaint();
  });

  it('sorts by report and by credits together, in the order of the clicks', async () => {
    const { page } = await visit(await sample(), '/?day=2026-11-17&has=report');
    await page.getByRole('button', { name: 'Report, not sorted' }).click();
    await page.getByRole('button', { name: 'Credits, not sorted' }).click();
    await page.getByRole('button', { name: 'Credits, sorted ascending, second in weight' }).click();
    await page.getByRole('button', { name: 'Credits, sorted descending, second in weight' }).waitFor();
    await settled(page);
    expect(page.url()).toContain('&sort=report,-credits');
    expect(await page.getByRole('columnheader', { name: /^Report, sorted/ }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect(await page.locator('[aria-sort]').count()).toBe(1);
    const reports = await page.locator('.row .report').allInnerTexts();
    expect(reports).toEqual(reports.toSorted((a, b) => a.localeCompare(b)));
    await page.getByRole('button', { name: 'Credits, sorted descending, second in weight' }).click();
    await page.getByRole('button', { name: 'Report, sorted ascending', exact: true }).click();
    await page.getByRole('button', { name: 'Report, sorted descending', exact: true }).click();
    await page.getByRole('button', { name: 'Report, not sorted' }).waitFor();
    expect(page.url()).not.toContain('sort');
  });

  it('filters by each field, says so in chips, and takes each off', async () => {
    const { page } = await visit(await sample());
    await page.getByLabel('Text', { exact: true }).fill('LEASE');
    await page.getByLabel('Text', { exact: true }).press('Enter');
    await page.getByLabel('Credits from').fill('5');
    await page.getByLabel('to', { exact: true }).fill('97');
    await page.getByLabel('Report', { exact: true }).selectOption('With a report');
    await page.getByLabel('Report', { exact: true }).selectOption('Lease Abstract');
    await sums(page).getByText('291.00 credits in 3 messages').waitFor();
    const chips = page.getByRole('list', { name: 'Filters' });
    for (const chip of ['“LEASE”', 'Lease Abstract', 'With a report', 'From 5 credits', 'Up to 97 credits'])
      await chips.getByRole('button', { name: `Take off: ${chip}` }).click();
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
    expect(await chips.count()).toBe(0);
  });

  it('narrows to a report by its row, and lets go of it again', async () => {
    const { page } = await visit(await sample());
    const report = page.getByRole('button', { name: /^Rent Roll Reconciliation/ });
    await report.click();
    await sums(page).getByText('244.00 credits in 4 messages').waitFor();
    expect(await report.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: /^Priced from text/ }).click();
    await sums(page).getByText('418.35 credits in 79 messages').waitFor();
    await page.getByRole('button', { name: /^Priced from text/ }).click();
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
  });

  it('opens a row to the receipt that adds up', async () => {
    const { page } = await visit(await sample());
    await row(page, 1024).click();
    const receipt = page.getByRole('table', { name: 'Receipt of message 1024' });
    // 1 + 62 × 0.05 + 1.90 + 11 × 0.3 = 9.30
    expect(await receipt.innerText()).toBe(
      [
        'What\tCredits\tSum',
        'Every text\t+1.00\t1.00',
        '62 characters\t+3.10\t4.10',
        '11 words, by length\t+1.90\t6.00',
        '11 vowels in every third place\t+3.30\t9.30',
        'Price\t9.30',
      ].join('\n'),
    );
    await page.getByRole('button', { name: 'Receipt of message 1024' }).click();
    await receipt.waitFor({ state: 'detached' });
  });

  it('turns pages, next and back', async () => {
    const { page } = await visit(await sample());
    const pages = page.getByRole('navigation', { name: 'Pages of messages' });
    const first = await (async () => (await row(page, 1000).waitFor(), rowIds(page)))();
    expect(first).toHaveLength(50);
    await pages.getByRole('link', { name: 'Next' }).click();
    await row(page, 1000).waitFor({ state: 'detached' });
    await pages.getByRole('link', { name: 'Next' }).click();
    await pages.getByRole('link', { name: 'Next' }).waitFor({ state: 'detached' });
    expect(await rowIds(page)).toHaveLength(10);
    await page.reload();
    await pages.waitFor();
    expect(await rowIds(page)).toHaveLength(10);
    await pages.getByRole('link', { name: 'Previous' }).click();
    await pages.getByRole('link', { name: 'Next' }).waitFor();
    await pages.getByRole('link', { name: 'Previous' }).click();
    await row(page, 1000).waitFor();
    expect(await rowIds(page)).toEqual(first);
  });

  it('prices a text as it is typed', async () => {
    const { page } = await visit(await sample());
    await page
      .getByLabel('What would a text cost?')
      .pressSequentially('Are there any restrictions on alterations or improvements?');
    await page.locator('.estimate .price', { hasText: '5.20' }).waitFor();
    const steps = await page.getByRole('table', { name: 'Steps of the estimate' }).innerText();
    expect(steps).toContain('No word occurs twice\t−2.00\t5.20');
  });

  it('gives the CSV of exactly what is shown', async () => {
    const { page } = await visit(await sample(), '/?day=2026-11-17&has=report&sort=-credits');
    await sums(page).getByText('260.00 credits in 6 messages').waitFor();
    const ids = await rowIds(page);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    const download = await downloading;
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(ids);
  });

  it('copies a link that shows the same to somebody in another country', async () => {
    const app = await sample();
    const { page } = await visit(app, '/?day=2026-11-17&sort=-credits', {
      prepare: (context) => context.grantPermissions(['clipboard-read', 'clipboard-write']),
    });
    await sums(page).getByText('346.70 credits in 22 messages').waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('The link is copied').waitFor({ state: 'attached' });
    const link: unknown = await page.evaluate('navigator.clipboard.readText()');
    expect(link).toBe(page.url());
    const there = await visit(app, String(link), { timeZone: 'America/New_York', locale: 'en-US' });
    await sums(there.page).getByText('346.70 credits in 22 messages').waitFor();
    await settled(there.page);
    expect(await there.page.getByRole('table').nth(-1).innerText()).toBe(
      await page.getByRole('table').nth(-1).innerText(),
    );
  });

  it('goes by the clock of any zone that IANA names, and of no other', async () => {
    const { page } = await visit(await sample());
    const zone = page.getByLabel('Time zone');
    await zone.fill('asia/tokyo');
    await zone.press('Enter');
    await row(page, 1000).getByText('16-11-2026 17:58').waitFor();
    expect(page.url()).toContain('tz=Asia/Tokyo');
    await zone.fill('Mars/Olympus');
    await zone.press('Enter');
    await page.getByText('“Mars/Olympus” is no time zone').waitFor();
    expect(page.url()).toContain('tz=Asia/Tokyo');
  });

  it('turns dark at the switch, and stays so', async () => {
    const { page } = await visit(await sample());
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Switch to dark' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to light' }).waitFor();
    expect(await background()).toBe(dark);
  });

  it('shows weeks, and the months of all periods', async () => {
    const { page } = await visit(await sample());
    await page.getByRole('link', { name: '12 months' }).click();
    await page.getByRole('link', { name: 'Months', exact: true }).click();
    const months = await barNames(page, 'month');
    expect(months.join()).toContain('Nov 2026: 2,347.35 credits, 110 messages');
    await page.getByRole('link', { name: /^Nov 2026/ }).click();
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
    expect(page.url()).toContain('&month=2026-11');
  });

  it('falls back to the default where a link makes no sense, with a word about it', async () => {
    const { page } = await visit(await sample(), '/?period=7&tz=Mars&after=nonsense&colour=red');
    await page.getByText('The link says something about “colour”, “tz”, “period”').waitFor();
    await sums(page).getByText('2,347.35 credits in 110 messages').waitFor();
    expect(new URL(page.url()).search).toBe('?period=2&tz=Europe/Berlin');
  });
});
