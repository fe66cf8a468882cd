import { expect, test } from 'vitest';
import { describeInBrowser, visit } from '../dashboard/browser.ts';
import { startApp } from '../support/app.ts';

test('Sandbox leads to GraphiQL where it cannot load', async () => {
  const app = await startApp({ upstream: null });
  const page = await app.get('/graphql', { accept: 'text/html' });
  expect(await page.text()).toMatch(/class="fallback"><p><a href="\/graphiql">/);
});

test('GraphiQL may run its own script alone, and is known by its ETag', async () => {
  const app = await startApp({ upstream: null });
  const page = await app.get('/graphiql');
  const html = await page.text();
  expect(page.status).toBe(200);
  // All that it is made of is in the page, and the policy would let nothing else in.
  expect(html).not.toMatch(/<script[^>]+src=|<link[^>]+stylesheet/);
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none';script-src 'sha256-[\w+/]{43}=';/,
  );
  const again = await app.get('/graphiql', { 'if-none-match': page.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

test('there is no GraphiQL where introspection is off', async () => {
  const app = await startApp({ upstream: null, settings: { INTROSPECTION: 'off' } });
  expect((await app.get('/graphiql')).status).toBe(404);
});

describeInBrowser('GraphiQL', () => {
  test('runs a query without the internet', async () => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    const { page, expectNoComplaint } = await visit(app, '/graphiql');
    await page.getByRole('button', { name: /execute query/i }).click();
    const answered = page.getByText('"creditsUsed": "2347.35"').first();
    await answered.waitFor();
    expect(await answered.isVisible()).toBe(true);
    expectNoComplaint();
  });
});
