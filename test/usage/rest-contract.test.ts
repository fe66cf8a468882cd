import { expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

test('GET /usage answers the agreed contract to the letter', async () => {
  const app = await startApp({ script: tellWorkedExamples });
  await app.data('{ usage { period { id } } }');
  const response = await app.get('/usage');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  // No report_name without a report, nothing null, the upstream's own order and spelling of the time.
  expect(await response.text()).toBe(
    '{"usage":[' +
      '{"message_id":1000,"timestamp":"2024-04-29T02:08:29.375Z","report_name":"Tenant Obligations Report","credits_used":79},' +
      '{"message_id":1001,"timestamp":"2024-04-29T03:25:03.613Z","credits_used":5.2},' +
      '{"message_id":1003,"timestamp":"2024-04-30T00:00:00Z","credits_used":2},' +
      '{"message_id":1002,"timestamp":"2024-04-29T07:27:34.985Z","credits_used":2.1},' +
      '{"message_id":1004,"timestamp":"2024-04-30T12:00:00+02:00","credits_used":1.15},' +
      '{"message_id":1005,"timestamp":"2024-04-30T23:59:59.9Z","credits_used":1}' +
      ']}',
  );
  await app.close();
});

test('GET /usage answers an empty period with an empty list', async () => {
  const app = await startApp();
  const response = await app.get('/usage');
  expect(await response.text()).toBe('{"usage":[]}');
  await app.close();
});

test('GET /usage reads periods longer than one batch whole and in order', async () => {
  const count = 4_001; // four batches of 1,000 and one message more
  const app = await startApp({
    script: (upstream) =>
      upstream.setMessages(
        Array.from({ length: count }, (_, index) => ({
          id: count - index,
          text: '123',
          timestamp: '2024-04-29T02:08:29.375Z',
        })),
      ),
  });
  const body: unknown = await (await app.get('/usage')).json();
  expect(body).toEqual({
    usage: Array.from({ length: count }, (_, index) => ({
      message_id: count - index,
      timestamp: '2024-04-29T02:08:29.375Z',
      credits_used: 1.15,
    })),
  });
  await app.close();
});

test('GET /usage answers 503 rather than a wrong list while a message is unpriced', async () => {
  const app = await startApp({
    script(upstream) {
      tellWorkedExamples(upstream);
      upstream.setReport(5392, (response) => response.writeHead(500).end());
    },
  });
  const refused = await app.get('/usage');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'UNPRICED' } });
  await app.close();
});

test('GET /usage answers 503 while nothing was ever pulled', async () => {
  const upstream = await startScriptedUpstream();
  await upstream.stop();
  const app = await startApp({ upstream });
  const refused = await app.get('/usage');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'UPSTREAM_UNAVAILABLE' } });
  await app.close();
});
