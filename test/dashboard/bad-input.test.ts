import { expect, it } from 'vitest';

import { describeInBrowser, startAppOfTest, visit } from './browser.ts';
import { bars, headline, row, sums } from './seen.ts';

const at = '2026-11-16T09:00:00.000Z';

describeInBrowser('the dashboard of odd data', () => {
  it('shows texts of any kind as texts, within 360 px', async () => {
    const texts = [
      '<img src=x onerror="document.title = 1"><script>document.title = 1</script>',
      'مرحبا بالعالم',
      '👩‍👩‍👧‍👦🏳️‍🌈 emoji',
      'x'.repeat(1_000_000),
      `${'word '.repeat(2_000)}end`,
      '',
    ];
    const app = await startAppOfTest({
      script(up) {
        up.setMessages([
          ...texts.map((text, index) => ({ id: index + 1, text, timestamp: at })),
          { id: 7, text: 'a report', timestamp: at, report_id: 9 },
        ]);
        up.setReport(9, { name: `${'R'.repeat(450)} <b>ports</b>`, credit_cost: 1 });
      },
    });
    const { page, expectNoComplaint } = await visit(app, '/', { width: 360, height: 740 });
    await row(page, 1).getByText('<img src=x onerror=').waitFor();
    for (const id of [1, 2, 4]) await page.getByRole('button', { name: `Receipt of message ${id}` }).click();
    await page.getByRole('table', { name: 'Receipt of message 4' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await page.title()).toContain('credits · Usage');
    const direction = await row(page, 2)
      .locator('.cut')
      .evaluate((cut) => cut.matches(':dir(rtl)'));
    expect(direction).toBe(true);
    expectNoComplaint();
  });

  it('shows a period of 5,000 days in months, and finds a day in it', async () => {
    const app = await startAppOfTest({
      script: (up) =>
        up.setMessages([
          { id: 1, text: '78', timestamp: '2012-01-01T12:00:00Z' },
          { id: 2, text: '78', timestamp: '2026-11-16T12:00:00Z' },
        ]),
    });
    const { page } = await visit(app);
    await page.getByRole('group', { name: 'Credits by month' }).waitFor();
    // January 2012 to November 2026: 14 × 12 + 11, and the sum is in two of them.
    expect(await bars(page).count()).toBeGreaterThanOrEqual(179);
    await bars(page).first().focus();
    await page.keyboard.press('Enter');
    await sums(page).getByText('1.10 credits in 1 message').waitFor();
    await page.goto(`${app.url}/?day=2012-01-01`);
    await page.getByRole('group', { name: 'Credits by hour' }).waitFor();
    await sums(page).getByText('1.10 credits in 1 message').waitFor();
  });

  it('goes by the service’s clock where the browser’s is an hour wrong', async () => {
    const app = await startAppOfTest({
      script: (up) => up.setMessages([{ id: 1, text: '78', timestamp: at }]),
    });
    const { page } = await visit(app, '/?tz=UTC', {
      prepare: (context) => context.clock.install({ time: new Date(Date.now() + 3_600_000) }),
    });
    const badge = await page.getByText(/All messages up to/).textContent();
    const clock = /\d\d:\d\d/.exec(badge ?? '')?.[0] ?? '';
    const now = new Date();
    const near = [0, 1, 2].map((minutes) =>
      new Date(now.getTime() - minutes * 60_000).toISOString().slice(11, 16),
    );
    expect(near).toContain(clock);
  });

  it('counts days of 23 and 25 hours by the zone’s own clock', async () => {
    const app = await startAppOfTest({
      script: (up) =>
        up.setMessages([
          { id: 1, text: '78', timestamp: '2026-10-24T10:00:00Z' },
          { id: 2, text: '78', timestamp: '2026-10-25T00:30:00Z' },
          { id: 3, text: '78', timestamp: '2026-10-25T01:30:00Z' },
          { id: 4, text: '78', timestamp: '2026-10-26T10:00:00Z' },
        ]),
    });
    const { page } = await visit(app, '/?tz=Europe/Berlin&bars=day');
    await headline(page).getByText('4.40').waitFor();
    const sunday = page.getByRole('link', { name: 'Sun 25-10-2026: 2.20 credits, 2 messages' });
    await sunday.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Credits by hour' }).waitFor();
    expect(await bars(page).count()).toBe(25);
    // Both are half past two in Berlin.
    await row(page, 2).getByText('25-10-2026 02:30').waitFor();
    await row(page, 3).getByText('25-10-2026 02:30').waitFor();
  });
});
