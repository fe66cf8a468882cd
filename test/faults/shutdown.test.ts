import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnCalmService } from './calm-service.ts';
import { reportFinding } from './full-runs.ts';

const inFlight = 50;

test('SIGTERM with 50 requests in flight: 50 answers, exit code 0', async () => {
  const upstream = await startScriptedUpstream();
  onTestFinished(() => upstream.close());
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  // All 50 wait for the first pull, and that for this answer.
  upstream.onMessages((_request, response) => {
    void told.then(() =>
      response.end('{"messages":[{"id":1,"text":"123","timestamp":"2024-04-29T02:08:29.375Z"}]}'),
    );
  });
  const service = spawnCalmService({
    DATABASE_URL: 'memory:',
    UPSTREAM_URL: upstream.url,
    UPSTREAM_TIMEOUT_MS: '30000',
  });
  const url = await service.ready();
  const answers = await beginQueries(url);
  await waitUntil(() => upstream.countOf('/messages/current-period') > 0);

  const begin = performance.now();
  service.child.kill('SIGTERM');
  setTimeout(tell, 500);
  // 123: 1 + 3 × 0.05 = 1.15
  expect(new Set(await Promise.all(answers))).toEqual(
    new Set(['{"data":{"usage":{"totals":{"creditsUsed":"1.15"}}}}\n']),
  );
  expect(await service.exitCode()).toBe(0);
  const exitMs = performance.now() - begin;
  expect(exitMs).toBeLessThan(5_000);
  reportFinding('SIGTERM, 50 requests in flight', { answers: answers.length, exitMs });
}, 60_000);

test('SIGTERM while the upstream never answers: 50 honest answers, exit code 0 within 10 s', async () => {
  const upstream = await startScriptedUpstream();
  onTestFinished(() => upstream.close());
  upstream.onMessages(() => {});
  const service = spawnCalmService({
    DATABASE_URL: 'memory:',
    UPSTREAM_URL: upstream.url,
    UPSTREAM_TIMEOUT_MS: '60000',
  });
  const url = await service.ready();
  const answers = await beginQueries(url);

  const begin = performance.now();
  service.child.kill('SIGTERM');
  for (const body of await Promise.all(answers)) expect(body).toMatch(/"code":"UPSTREAM_UNAVAILABLE"/);
  expect(await service.exitCode()).toBe(0);
  const exitMs = performance.now() - begin;
  expect(exitMs).toBeLessThan(10_000);
  reportFinding('SIGTERM, 50 requests in flight, upstream silent', { answers: answers.length, exitMs });
}, 60_000);

/** Sends the queries, each on a connection of its own, and resolves when all have arrived. */
async function beginQueries(url: string): Promise<readonly Promise<string>[]> {
  const body = JSON.stringify({ query: '{ usage { totals { creditsUsed } } }' });
  const sent = Array.from({ length: inFlight }, () =>
    request(`${url}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    }),
  );
  const answers = sent.map(async (query) => {
    const [response] = await once(query, 'response');
    return text(response);
  });
  await Promise.all(
    sent.map(async (query) => {
      query.end(body);
      await once(query, 'finish');
    }),
  );
  // What was sent before this is there when it is answered.
  await (await fetch(`${url}/livez`)).text();
  return answers;
}
