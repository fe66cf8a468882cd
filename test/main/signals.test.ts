import { describe, expect, test } from 'vitest';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnService } from './service-process.ts';

const quiet = { PORT: '0', DATABASE_URL: 'memory:', LOG_LEVEL: 'warn' };

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', (signal) => {
  test('answers the requests in flight and exits with 0', async () => {
    const upstream = await startScriptedUpstream();
    const service = spawnService({ ...quiet, UPSTREAM_URL: upstream.url });
    // The first query waits for the first pull, and that for this answer.
    const answers: (() => void)[] = [];
    upstream.onMessages((_request, response) => {
      answers.push(() => {
        response.end('{"messages":[{"id":1,"text":"123","timestamp":"2024-04-29T02:08:29.375Z"}]}');
      });
    });
    const url = await service.ready();
    const inFlight = await beginQuery(url, '{ usage { totals { creditsUsed } } }');
    await waitUntil(() => answers.length > 0);
    service.child.kill(signal);
    await waitUntil(() => isRefused(url));
    expect(service.child.exitCode).toBeNull();
    const begin = performance.now();
    for (const answer of answers) answer();
    expect(await inFlight.answer).toBe('{"data":{"usage":{"totals":{"creditsUsed":"1.15"}}}}\n');
    expect(await service.exitCode()).toBe(0);
    // The client would keep its connection for longer than that.
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(service.output.stderr).toBe('');
    await upstream.close();
  });
});

test('exits with 0 at once when nothing is under way, idle connections or not', async () => {
  const service = spawnService(quiet);
  const url = await service.ready();
  await (await fetch(`${url}/livez`)).text(); // leaves a kept-alive connection
  const begin = performance.now();
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);
  expect(performance.now() - begin).toBeLessThan(3_000);
});

test('Ctrl+C in the terminal of npm start, which reaches both npm and the service, ends it in order', async () => {
  const service = spawnService(quiet, ['npm', 'start']);
  const url = await service.ready();
  const { pid } = service.child;
  if (pid === undefined) throw new Error('npm did not start');
  process.kill(-pid, 'SIGINT'); // the whole group, as a terminal does
  expect(await service.exitCode()).toBe(0);
  expect(await isRefused(url)).toBe(true);
  expect(service.output.stderr).toBe('');
});

test('npm start builds, serves and hands SIGTERM on', async () => {
  const service = spawnService(quiet, ['npm', 'start']);
  const url = await service.ready();
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);
  expect(await isRefused(url)).toBe(true);
});

/** Sends a query, and resolves when it has arrived. */
async function beginQuery(url: string, query: string): Promise<{ readonly answer: Promise<string> }> {
  const sent = request(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  const answer = new Promise<string>((resolve, reject) => {
    sent.once('error', reject).once('response', (response: IncomingMessage) => resolve(text(response)));
  });
  sent.end(JSON.stringify({ query }));
  await once(sent, 'finish');
  // Connections are served in their order: what was sent before this one is there when it is answered.
  await (await fetch(`${url}/livez`)).text();
  return { answer };
}

async function isRefused(url: string): Promise<boolean> {
  const refused: unknown = await fetch(`${url}/livez`).then(
    () => null,
    (error: unknown) => error,
  );
  return refused instanceof Error && JSON.stringify(refused.cause).includes('ECONNREFUSED');
}
