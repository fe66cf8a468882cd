import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSampleUpstream } from '../../src/sample/sample-upstream.ts';
import type { SampleUpstream } from '../../src/sample/sample-upstream.ts';

interface SampleMessage {
  readonly id: number;
  readonly text: string;
  readonly timestamp: string;
  readonly report_id?: number;
}

const missingReportIds = [2450, 9107];

let sample: SampleUpstream;
let messages: readonly SampleMessage[];

beforeAll(async () => {
  sample = await startSampleUpstream();
  messages = decodeMessages(await (await fetch(`${sample.url}/messages/current-period`)).json());
});
afterAll(() => sample.close());

describe('the sample period', () => {
  it('holds 110 messages with ascending, unique ids that leave gaps', () => {
    const ids = messages.map(({ id }) => id);
    expect(messages).toHaveLength(110);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect([ids.at(0), ids.at(-1)]).toEqual([1000, 1142]); // 143 ids wide, so 33 are left out
  });

  it('has six days of use and one without, in order of time, with milliseconds in UTC', () => {
    const times = messages.map(({ timestamp }) => timestamp);
    expect(times.filter((time) => new Date(time).toISOString() !== time)).toEqual([]);
    expect(times).toEqual([...new Set(times)].toSorted());
    const perDay = Map.groupBy(times, (time) => time.slice(0, 10));
    expect([...perDay].map(([day, { length }]) => [day, length])).toEqual([
      ['2026-11-16', 19],
      ['2026-11-17', 22],
      ['2026-11-18', 26],
      ['2026-11-19', 22],
      ['2026-11-20', 15],
      ['2026-11-22', 6],
    ]); // 19 + 22 + 26 + 22 + 15 + 6 = 110
  });

  it('asks for a report in about a third of its messages', () => {
    expect(messages.filter((message) => message.report_id !== undefined)).toHaveLength(34);
  });

  it.each([
    ['a very short text', 1000, 'Hi', 2],
    ['a palindrome', 1071, 'Deed, civic deed.', 17],
    ['a palindrome of one word', 1032, 'Noon?', 5],
    ['Greek', 1053, 'Ποιος πληρώνει τον φόρο του ακινήτου;', 37],
    ['Japanese', 1074, '賃料改定の条項を要約してください。', 17],
    ['Devanagari with combining marks', 1108, 'क्या किरायेदार पट्टा समाप्त कर सकता है?', 39],
    ['an emoji', 1023, 'That’s all I need for now, thank you 👍', 38],
    ['a curly apostrophe', 1076, 'What’s left of the term?', 24],
    ['a hyphen alone', 1125, 'Party wall - what did we decide?', 32],
  ])('holds %s', (_kind, id, text, characters) => {
    expect(findText(id)).toBe(text);
    expect(Array.from(text)).toHaveLength(characters);
  });

  it.each([
    ['exactly 100 characters', 1123, 100, 100],
    ['100 characters in 101 UTF-16 units', 1094, 100, 101],
    ['101 characters', 1069, 101, 101],
    ['147 characters', 1027, 147, 147],
  ])('holds a text of %s', (_kind, id, characters, utf16Units) => {
    expect(Array.from(findText(id))).toHaveLength(characters);
    expect(findText(id)).toHaveLength(utf16Units);
  });

  it('asks one question again on another day', () => {
    const asked = messages.filter(({ text }) => text === 'Can the tenant assign without consent?');
    expect(asked.map(({ timestamp }) => timestamp.slice(0, 10))).toEqual(['2026-11-16', '2026-11-19']);
  });
});

describe('the sample reports', () => {
  it.each([
    { id: 5392, name: 'Tenant Covenants Schedule', credit_cost: 79 },
    { id: 1208, name: 'Critical Dates Calendar', credit_cost: 36 },
    { id: 2671, name: 'Estoppel Certificate Check', credit_cost: 15.5 },
    { id: 3345, name: 'Rent Roll Reconciliation', credit_cost: 61 },
    { id: 4416, name: 'Title Exceptions Digest', credit_cost: 118 },
    { id: 6093, name: 'Landlord Covenants Summary', credit_cost: 44 },
    { id: 7180, name: 'Use and Exclusivity Review', credit_cost: 52 },
    { id: 8854, name: 'Lease Abstract', credit_cost: 97 },
  ])('answer $id with $name, and the period uses it', async (report) => {
    const response = await fetch(`${sample.url}/reports/${report.id}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(report);
    expect(messages.some((message) => message.report_id === report.id)).toBe(true);
  });

  it('lack two that three messages ask for', async () => {
    const asking = messages.filter(({ report_id: id }) => id !== undefined && missingReportIds.includes(id));
    expect(asking.map((message) => [message.id, message.report_id])).toEqual([
      [1050, 2450],
      [1099, 9107],
      [1116, 2450],
    ]);
    for (const id of missingReportIds) {
      const response = await fetch(`${sample.url}/reports/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: `There is nothing at /reports/${id}.` });
    }
  });

  it('are all that the period asks for, but for those two', async () => {
    const asked = new Set(messages.flatMap((message) => message.report_id ?? []));
    const statuses = await Promise.all(
      [...asked].map(async (id) => (await fetch(`${sample.url}/reports/${id}`)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    expect(statuses.filter((status) => status === 404)).toHaveLength(2);
  });
});

describe('the sample server', () => {
  it('listens on loopback', () => {
    expect(sample.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  });

  it('names the type and the length in bytes', async () => {
    const response = await fetch(`${sample.url}/messages/current-period?page=1`);
    const body = await response.arrayBuffer();
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('content-length')).toBe(String(body.byteLength));
  });

  it('answers a HEAD as a GET without its body', async () => {
    const response = await fetch(`${sample.url}/reports/5392`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    // {"id":5392,"name":"Tenant Covenants Schedule","credit_cost":79}: 11 + 35 + 17 characters
    expect(response.headers.get('content-length')).toBe('63');
    expect(await response.text()).toBe('');
  });

  it.each(['/', '//', '/messages', '/reports', '/reports/', '/reports/abc', '/reports/5392/'])(
    'answers 404 in JSON at %s',
    async (path) => {
      const response = await fetch(sample.url + path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: `There is nothing at ${path}.` });
    },
  );

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s with 405', async (method) => {
    const response = await fetch(`${sample.url}/reports/5392`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.json()).toEqual({ error: 'Only GET and HEAD are answered here.' });
  });

  it('closes at once under an open connection, frees its port, and may be closed twice', async () => {
    const other = await startSampleUpstream();
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    // The answer may arrive as a reset, which is an end as good as any here.
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    socket.write('GET /reports/5392 HTTP/1.1\r\n'); // a request that never ends
    const startedMs = performance.now();
    await Promise.all([other.close(), other.close()]);
    expect(performance.now() - startedMs).toBeLessThan(2_000); // keep-alive alone would hold it for 5,000
    socket.destroy();
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
    await expect(fetch(`${sample.url}/reports/5392`)).resolves.toMatchObject({ status: 200 });
  });
});

function findText(id: number): string {
  const message = messages.find((candidate) => candidate.id === id);
  if (message === undefined) throw new Error(`The sample has no message ${id}.`);
  return message.text;
}

function decodeMessages(json: unknown): readonly SampleMessage[] {
  if (!isRecord(json) || !Array.isArray(json['messages'])) throw new Error('There is no list of messages.');
  const items: readonly unknown[] = json['messages'];
  return items.map((item) => {
    if (!isMessage(item)) throw new Error(`This is not a message: ${JSON.stringify(item)}`);
    return item;
  });
}

/** Exactly the four fields of the upstream: a stray one in the sample would be a slip of the pen. */
function isMessage(value: unknown): value is SampleMessage {
  if (!isRecord(value)) return false;
  const { id, text, timestamp, report_id: reportId, ...others } = value;
  return (
    Number.isSafeInteger(id) &&
    typeof text === 'string' &&
    typeof timestamp === 'string' &&
    (reportId === undefined || Number.isSafeInteger(reportId)) &&
    Object.keys(others).length === 0
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
