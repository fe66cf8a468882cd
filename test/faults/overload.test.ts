import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntil } from '../support/app.ts';
import { putLoad } from '../../bench/open-load.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnCalmService } from './calm-service.ts';
import { createMessages } from './created-messages.ts';
import { askForUsage } from './outside-view.ts';

test('more than can be served is refused with 503, Retry-After and a code; health is answered all the while', async () => {
  const upstream = await startScriptedUpstream();
  onTestFinished(() => upstream.close());
  upstream.setMessages(createMessages(1_000));
  const service = spawnCalmService({
    DATABASE_URL: 'memory:',
    UPSTREAM_URL: upstream.url,
    MAX_EVENT_LOOP_DELAY_MS: '20',
    // Or the same answer would be sent again and again, which any machine keeps up with.
    ANSWER_CACHE_BYTES: '0',
  });
  const url = await service.ready();
  await waitUntil(async () => (await askForUsage(url)).messageCount === 1_000);

  const run = putLoad({
    url,
    query: '{ usage { messages(first: 500) { nodes { id text creditsUsed } } } }',
    requestsPerSecond: 2_000,
    durationMs: 8_000,
    connections: 100,
  });
  const refusals: Response[] = [];
  await waitUntil(async () => {
    const response = await fetch(`${url}/graphql?query=%7B__typename%7D`, {});
    if (response.status === 503) refusals.push(response);
    return refusals.length > 0;
  });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const [refusal] = refusals;
  expect(refusal?.headers.get('retry-after')).toBe('2');
  expect(await refusal?.json()).toEqual({
    errors: [
      {
        message: 'The service has more to do than it can: try again in 2 s.',
        extensions: { code: 'OVERLOADED', retryAfterSeconds: 2 },
      },
    ],
  });
  const { statuses } = await run;
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 503]);

  // And all is well again once the load is gone.
  await waitUntil(async () => (await askForUsage(url)).outcome === 'ok');
  await sleep(300);
  expect(await askForUsage(url)).toEqual({ outcome: 'ok', messageCount: 1_000 });
}, 60_000);
