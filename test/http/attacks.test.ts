import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { type AttackRequest, attacks } from './attacks.ts';

// Machines that run tests are busy: five times what the service has to keep.
const patience = 5;
const healthWithinMs = 250;
const answerMaxBytes = 20_000;

const errorBody = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).min(1),
});

let app: App;
beforeAll(async () => {
  app = await startApp({ script: (upstream) => upstream.setMessages([]) });
  await app.waitForRevision(1);
  // The first of all requests pays for what is compiled and loaded by then.
  for (const { request } of attacks.slice(0, 3)) await send(app, request);
});

describe('attacks of one request', () => {
  it.each(attacks)('$name', async ({ request, statuses, code, withinMs }) => {
    const idleMs = await readHealthMs(app);
    const startMs = performance.now();
    const response = await send(app, request);
    const text = await response.text();
    const tookMs = performance.now() - startMs;

    expect(statuses).toContain(response.status);
    expect(text.length).toBeLessThan(answerMaxBytes);
    const { data, errors } = errorBody.parse(JSON.parse(text));
    expect(data).toBeUndefined();
    expect(errors[0]?.extensions.code).toBe(code);
    expect(tookMs).toBeLessThan(patience * withinMs);
    expect(await readHealthMs(app)).toBeLessThan(Math.max(healthWithinMs, patience * idleMs));
  });

  it('names the cost and the limit of a query that costs too much', async () => {
    const tooMuch = await app.query('{ usage { messages(first: 100000) { nodes { id } } } }');
    // 100,000 × id, and 1 each for the page and the usage.
    expect(tooMuch.body.errors?.[0]?.extensions).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      cost: 100_002,
      limit: 50_000,
    });
  });

  it('tells one of many wrong variables, and that there are more', async () => {
    const { status, body } = await app.query(
      'query ($ids: [ID!]) { usage { totals(filter: { reportIds: $ids }) { messageCount } } }',
      { ids: Array.from({ length: 1_000 }, () => ({})) },
    );
    expect(status).toBe(400);
    expect(body.errors?.map(({ message }) => message)).toEqual([
      'Variable "$ids" got invalid value {} at "ids[0]"; ID cannot represent value: {} More than 5 values are wrong.',
    ]);
  });
});

async function readHealthMs({ url }: App): Promise<number> {
  const startMs = performance.now();
  const { status } = await fetch(`${url}/livez`);
  expect(status).toBe(200);
  return performance.now() - startMs;
}

function send(
  { url }: App,
  { method = 'POST', path = '/graphql', headers, body }: AttackRequest,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: { ...(method === 'POST' ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}
