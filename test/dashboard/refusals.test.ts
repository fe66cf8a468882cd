import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { writeTemporaryFile } from '../http/credentials.ts';
import { waitUntil } from '../support/app.ts';
import { describeInBrowser, startAppOfTest, visit } from './browser.ts';
import { row, rowIds, sums } from './seen.ts';

/** Texts of two digits, 1 + 2 × 0.05 = 1.10 each. */
function texts(count: number): readonly object[] {
  return Array.from({ length: count }, (_none, index) => ({
    id: index + 1,
    text: '78',
    timestamp: new Date(Date.parse('2026-11-16T09:00:00Z') + index * 60_000).toISOString(),
  }));
}

describeInBrowser('what the service itself refuses the dashboard', () => {
  it('keeps the figures when an account has asked too much, and says when it tries again', async () => {
    const app = await startAppOfTest({
      settings: { RATE_LIMIT_PER_MINUTE: '30' },
      script: (up) => up.setMessages(texts(3)),
    });
    const { page, expectNoComplaint } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    // Somebody else at the same address uses up what is left of the minute.
    await waitUntil(async () => (await app.query('{ usage { id } }')).status === 429);
    await page.getByRole('button', { name: 'Credits, not sorted' }).click();
    await page.getByText('Too many questions were asked in a minute.').waitFor();
    await page.getByText(/Trying again in \d+ s/).waitFor();
    expect(await sums(page).innerText()).toBe('3.30 credits in 3 messages');
    // The browser itself notes each 429.
    expectNoComplaint(/429/);
  });

  it('keeps the figures while the service has too much to do, and goes on by itself', async () => {
    const app = await startAppOfTest({
      settings: { MAX_EVENT_LOOP_DELAY_MS: '150' },
      script: (up) => up.setMessages(texts(3)),
    });
    const { page } = await visit(app);
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 503) refused.push(response.headers()['retry-after'] ?? '');
    });
    // The service is in this very process, and runs late as long as somebody else holds the thread.
    let count = 3;
    while (refused.length === 0 && count < 40) {
      count += 1;
      app.upstream.setMessages(texts(count));
      block(450);
      await sleep(20);
    }
    expect(refused[0]).toMatch(/^\d+$/);
    await page.getByText('The service has more to do than it can.').waitFor();
    await page.getByText(/Trying again/).waitFor();
    expect((await rowIds(page)).slice(0, 3)).toEqual(['1', '2', '3']);
    await page.getByText('The service has more to do than it can.').waitFor({ state: 'detached' });
    await sums(page).getByText(`credits in ${count} messages`).waitFor();
  });

  it('says why, where the service trusts only documents of others', async () => {
    const manifest = writeTemporaryFile('documents.json', JSON.stringify({ other: '{ __typename }' }));
    const app = await startAppOfTest({
      settings: { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: manifest },
      script: (up) => up.setMessages(texts(3)),
    });
    const { page } = await visit(app);
    await page.getByText(/trusted documents/i).waitFor();
    expect(await page.getByText(/Trying again/).count()).toBe(0);
  });

  it('refuses nothing to the page where it trusts the documents of its own manifest alone', async () => {
    const app = await startAppOfTest({
      settings: { TRUSTED_DOCUMENTS: 'only' },
      script: (up) => up.setMessages(texts(3)),
    });
    const { page, expectNoComplaint } = await visit(app);
    await page.getByText(/^Live/).waitFor();
    await row(page, 1).click();
    await page.getByRole('table', { name: 'Receipt of message 1' }).waitFor();
    await page.getByRole('link', { name: '12 months' }).click();
    await page.getByRole('group', { name: /^Credits by/ }).waitFor();
    await page.getByRole('button', { name: /choose a billing period/ }).click();
    await page.getByRole('link', { name: /Running/ }).click();
    await page.getByLabel('What would a text cost?').fill('aba');
    await page.locator('.estimate .price', { hasText: '2.00' }).waitFor();
    await page
      .getByRole('link', { name: /^Mon 16-11-2026/ })
      .first()
      .click();
    await page.getByRole('group', { name: 'Credits by hour' }).waitFor();
    await sums(page).getByText('3.30 credits in 3 messages').waitFor();
    app.upstream.setMessages(texts(2));
    await sums(page).getByText('2.20 credits in 2 messages').waitFor();
    expect(await rowIds(page)).toEqual(['1', '2']);
    expectNoComplaint();
  });
});

/** Takes the thread for itself. */
function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}
