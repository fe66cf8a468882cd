import { expect, it } from 'vitest';

import { makeApiKeys } from '../http/credentials.ts';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { describeInBrowser, startAppOfTest, visit } from './browser.ts';
import { headline, row, rowIds, sums } from './seen.ts';

const start = '2026-11-16T09:00:00.000Z';

/** Texts of two digits, 1.10 each, one a minute. */
function texts(count: number, firstId = 1, from = start): readonly object[] {
  return Array.from({ length: count }, (_none, index) => ({
    id: firstId + index,
    // Digits are no words: 1 + 2 × 0.05 = 1.10.
    text: '78',
    timestamp: new Date(Date.parse(from) + index * 60_000).toISOString(),
  }));
}

describeInBrowser('the states of the dashboard', () => {
  it('says that an empty period is empty', async () => {
    const { page, expectNoComplaint } = await visit(
      await startAppOfTest({ script: (up) => up.setMessages([]) }),
    );
    await page.getByText('Nothing was used yet.').waitFor();
    await page.getByText('No message fits.').waitFor();
    expect(await headline(page).innerText()).toContain('0.00');
    expectNoComplaint();
  });

  it('says that nothing was found', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(2)) });
    const { page } = await visit(app, '/?text=unheard-of');
    await page.getByText('No message fits.').waitFor();
    await sums(page).getByText('0.00 credits in 0 messages').waitFor();
    expect(await headline(page).innerText()).toContain('2.20');
  });

  it('waits for the first usage of an account, and shows it once it is there', async () => {
    const app = await startAppOfTest({
      script: (up) => up.onMessages((_request, response) => response.writeHead(500).end()),
    });
    const { page } = await visit(app);
    await page.getByText('No usage was ever read: the upstream does not answer yet.').waitFor();
    await page.getByText(/Trying again/).waitFor();
    app.upstream.onMessages(null);
    app.upstream.setMessages(texts(2));
    await sums(page).getByText('2.20 credits in 2 messages').waitFor();
    expect(await rowIds(page)).toEqual(['1', '2']);
  });

  it('shows a dash for an unpriced message, says why, and its price once it has one', async () => {
    const app = await startAppOfTest({
      script(up) {
        up.setMessages([...texts(1), { id: 2, text: 'x', timestamp: start, report_id: 7 }]);
        up.setReport(7, (response) => void response.writeHead(500).end());
      },
    });
    const { page } = await visit(app);
    await page.getByText('1 message has no price yet, because its report could not be read.').waitFor();
    expect(await row(page, 2).innerText()).toContain('unpriced: its report could not be read yet');
    await row(page, 2).click();
    await page.getByText('It has no price yet, because its report could not be read.').waitFor();
    app.upstream.setReport(7, { name: 'Lease Abstract', credit_cost: 97 });
    await row(page, 2).getByText('97.00').waitFor();
    await sums(page).getByText('98.10 credits in 2 messages').waitFor();
  });

  it('asks for a key, keeps it for the tab alone and never in the address', async () => {
    const keys = makeApiKeys('acme');
    const upstream = await startScriptedUpstream();
    upstream.forAccount('acme').setMessages(texts(3));
    const app = await startAppOfTest({
      upstream,
      settings: { UPSTREAM_URL: `${upstream.url}/accounts/{account}`, API_KEYS_FILE: keys.file },
    });
    const { page, expectNoComplaint } = await visit(app);
    await page.getByLabel('API key or token').fill('wrong');
    await page.getByRole('button', { name: 'Show the usage' }).click();
    await page.getByText('The last one is not accepted').waitFor();
    await page.getByLabel('API key or token').fill(keys.headers.acme['x-api-key']);
    await page.getByLabel('API key or token').press('Enter');
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    expect(page.url()).not.toContain(keys.headers.acme['x-api-key']);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    expect((await downloading).suggestedFilename()).toBe('usage-period-1.csv');
    await page.reload();
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    expect(await page.evaluate('localStorage.length')).toBe(0);
    // The browser itself notes each 401.
    expectNoComplaint(/401/);
    const other = await visit(app, new URL(page.url()).search);
    await other.page.getByLabel('API key or token').waitFor();
    await upstream.close();
  });

  it.each([
    [429, 'RATE_LIMITED', 'Too many questions were asked in a minute.'],
    [503, 'OVERLOADED', 'The service has more to do than it can.'],
  ])('keeps old figures at %d, and says when it tries again', async (status, code, words) => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    await page.route('**/graphql*', (route) =>
      route.fulfill({
        status,
        headers: { 'retry-after': '2' },
        contentType: 'application/graphql-response+json',
        body: JSON.stringify({ errors: [{ message: 'no', extensions: { code, retryAfterSeconds: 2 } }] }),
      }),
    );
    await page.getByRole('button', { name: 'Credits, not sorted' }).click();
    await page.getByText(words).waitFor();
    await page.getByText(/Trying again in [12] s/).waitFor();
    expect(await sums(page).innerText()).toBe('3.30 credits in 3 messages');
    await page.unroute('**/graphql*');
    await page.getByText(words).waitFor({ state: 'detached' });
  });

  it('says how many rows could not be read', async () => {
    const app = await startAppOfTest({
      script: (up) => up.setMessages([...texts(2), { id: 'none', text: 1 }]),
    });
    const { page } = await visit(app);
    await page.getByText('1 row of the upstream’s last list could not be read and is not counted.').waitFor();
    await sums(page).getByText('2.20 credits in 2 messages').waitFor();
    expect(await rowIds(page)).toEqual(['1', '2']);
  });

  it('says what an account may not do', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app, '/livez');
    await page.route('**/graphql*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/json',
        body: JSON.stringify({ errors: [{ message: 'Not for you.', extensions: { code: 'FORBIDDEN' } }] }),
      }),
    );
    await page.goto(`${app.url}/`);
    await page.getByText('Not for you.').waitFor();
    expect(await page.getByText(/Trying again/).count()).toBe(0);
  });

  it('says that figures are stale, and since when', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    await app.upstream.stop();
    await page.getByText(/^Stale, as of \d\d:\d\d/).waitFor();
    await page.getByText('The upstream has given no newer list.').waitFor();
    await app.upstream.start();
    await page.getByText(/^Live/).waitFor();
    expect(await rowIds(page)).toEqual(['1', '2', '3']);
  });

  it('keeps the figures while the browser is offline', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    expect(await sums(page).innerText()).toBe('3.30 credits in 3 messages');
    await page.context().setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
  });

  it('goes on when the service was gone and is back', async () => {
    const upstream = await startScriptedUpstream();
    upstream.setMessages(texts(3));
    const first = await startAppOfTest({ upstream });
    const { page } = await visit(first);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    await first.close();
    await page.getByText('The service does not answer.').waitFor();
    upstream.setMessages(texts(4));
    const second = await startAppOfTest({ upstream, settings: { PORT: new URL(first.url).port } });
    await sums(page).getByText('4.40 credits in 4 messages').waitFor();
    await page.getByText('The service does not answer.').waitFor({ state: 'detached' });
    expect(await rowIds(page)).toEqual(['1', '2', '3', '4']);
    await second.close();
    await upstream.close();
  });

  it('tells of a period that ends while the page is open, and leads to the next', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page, expectNoComplaint } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    app.upstream.setMessages(texts(1, 100, '2026-11-20T08:00:00.000Z'));
    await page.getByText('This period has just ended on 20-11-2026 09:00; a newer one is running.').waitFor();
    expect(await rowIds(page)).toEqual(['1', '2', '3']);
    const old = page.url();
    await page.getByRole('link', { name: 'Show the running period' }).click();
    await sums(page).getByText('1.10 credits in 1 message').waitFor();
    expect(page.url()).toContain('period=2');
    await page.getByText('Previous period').waitFor();
    await page.getByRole('button', { name: /choose a billing period/ }).click();
    await page.getByRole('link', { name: /No\. 1/ }).click();
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    // A link from when it was running says that it no longer is.
    const later = await visit(app, old);
    await later.page.getByText('This period ended on 20-11-2026 09:00; a newer one is running.').waitFor();
    expectNoComplaint();
  });

  it('leads from a bar of the past year to its period, however many periods there were since', async () => {
    const monthMs = 20 * 86_400_000;
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(1)) });
    await app.waitForRevision(1);
    // Fifteen periods of one message each, 20 days long: more than one page of them.
    for (let period = 2; period <= 15; period += 1) {
      const from = new Date(Date.parse(start) + (period - 1) * monthMs).toISOString();
      app.upstream.setMessages(texts(1, period * 100, from));
      await waitUntil(async () => JSON.stringify(await app.data('{ usage { id } }')).includes(`"${period}"`));
    }
    const { page } = await visit(app);
    await page.getByRole('link', { name: '12 months' }).click();
    await page.getByRole('link', { name: 'Months', exact: true }).click();
    await page.getByRole('link', { name: /^Nov 2026: 1\.10 credits/ }).click();
    await row(page, 1).waitFor();
    expect(page.url()).toContain('period=1&');
    expect(await rowIds(page)).toEqual(['1']);
  });

  it('adds new messages without moving what somebody reads', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app, '/?sort=-time');
    await row(page, 3).waitFor();
    app.upstream.setMessages(texts(4));
    await row(page, 4).waitFor();
    expect(await rowIds(page)).toEqual(['4', '3', '2', '1']);
    await page.getByRole('button', { name: 'Receipt of message 3' }).focus();
    app.upstream.setMessages(texts(6));
    await page.getByRole('button', { name: '2 new: show' }).waitFor();
    expect(await rowIds(page)).toEqual(['4', '3', '2', '1']);
    await page.getByRole('button', { name: '2 new: show' }).click();
    expect(await rowIds(page)).toEqual(['6', '5', '4', '3', '2', '1']);
  });

  it('asks nothing while nobody looks at it', async () => {
    const app = await startAppOfTest({ script: (up) => up.setMessages(texts(3)) });
    const { page } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    const hide = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    app.upstream.setMessages(texts(4));
    await page.waitForTimeout(4_000);
    expect(asked).toEqual([]);
    await hide(false);
    await sums(page).getByText('4.40 credits in 4 messages').waitFor();
  });
});
