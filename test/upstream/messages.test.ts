import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RawHandler } from '../support/scripted-upstream.ts';
import { catchError, collectMessages, rawMessage, startFixture, unavailable } from './fixture.ts';

const path = '/messages/current-period';

/** Answers every call with this body. */
function answer(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): RawHandler {
  return (_request, response) => {
    response.writeHead(200, headers).end(body);
  };
}

function manyMessages(count: number) {
  return Array.from({ length: count }, (_, index) => rawMessage({ id: index }));
}

describe('reading the messages', () => {
  test('gives them in the upstream’s order, with the wrong ones set aside', async () => {
    const { vendor, upstream, metrics } = await startFixture();
    vendor.setMessages([rawMessage({ id: 3 }), { id: 9 }, rawMessage({ id: 1, report_id: 5 }), 'x']);
    const { messages, invalid } = await collectMessages(upstream);
    expect(messages.map(({ id }) => id)).toEqual([3, 1]);
    expect(invalid.map(({ index, id, field }) => [index, id, field])).toEqual([
      [1, 9, 'timestamp'],
      [3, null, 'message'],
    ]);
    expect(vendor.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'gzip' });
    const counts = await metrics.upstreamCalls.get();
    expect(counts.values).toMatchObject([{ labels: { endpoint: 'messages', outcome: 'ok' }, value: 1 }]);
  });

  test('loses no digit of an id, and names it as it was sent', async () => {
    const { vendor, upstream } = await startFixture();
    const rest = '"timestamp":"2024-04-29T02:08:29Z","text":"aba"';
    const sent = ['9007199254740991', '12e2', '7.0', '653247040368672768', '1.00000000000000000001', '1e400'];
    const list = sent.map((id) => `{"id":${id},${rest}}`);
    vendor.onMessages(answer(`{"messages":[${list.join()},1e400,0.10]}`));
    const { messages, invalid } = await collectMessages(upstream);
    expect(messages.map(({ id }) => id)).toEqual([9_007_199_254_740_991, 1200, 7]);
    expect(invalid.map(({ field, problem }) => `${field} ${problem}`)).toEqual([
      'id must not be beyond 2^53 - 1, but is 653247040368672768',
      'id must be a whole number, but is 1.00000000000000000001',
      'id must not be beyond 2^53 - 1, but is 1e400',
      'message must be an object, but is 1e400',
      'message must be an object, but is 0.10',
    ]);
  });

  test('takes nothing of a body that is no UTF-8: another text would have another price', async () => {
    const { vendor, upstream } = await startFixture();
    const body = JSON.stringify({ messages: [rawMessage({ id: 1, text: 'é' })] });
    vendor.onMessages(answer(Buffer.from(body, 'latin1')));
    const fault = { name: 'InvalidResponse', problem: 'the body is not UTF-8' };
    expect(await catchError(collectMessages(upstream))).toMatchObject(fault);
    // Cut in the middle of a character.
    vendor.onMessages(answer(Buffer.from(body).subarray(0, Buffer.from(body).indexOf(0xc3) + 1)));
    expect(await catchError(collectMessages(upstream))).toMatchObject(fault);
  });

  test('streams 50,000 of them whole, in batches of 1,000 at most', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages(manyMessages(50_500));
    const sizes: number[] = [];
    let nextId = 0;
    for await (const { messages } of upstream.readMessages('default')) {
      sizes.push(messages.length);
      for (const { id } of messages) expect(id === nextId++).toBe(true);
    }
    expect(nextId).toBe(50_500);
    expect(sizes).toEqual([...Array.from({ length: 50 }, () => 1000), 500]);
  });

  test('lets other work run between the batches, however much is buffered', async () => {
    const { vendor, upstream } = await startFixture();
    // 30,000 elements in one small gzip chunk: no waiting for the network between them
    vendor.onMessages(
      answer(gzipSync(`{"messages":[${'1,'.repeat(29_999)}1]}`), { 'content-encoding': 'gzip' }),
    );
    const batchesPerTurn: number[] = [];
    let batches = 0;
    const countTurn = () => {
      batchesPerTurn.push(batches);
      batches = 0;
      if (batchesPerTurn.length < 10_000) setImmediate(countTurn);
    };
    countTurn();
    for await (const { invalid } of upstream.readMessages('default')) {
      expect(invalid.length).toBe(1000);
      batches += 1;
    }
    batchesPerTurn.push(batches);
    expect(Math.max(...batchesPerTurn)).toBeLessThanOrEqual(2);
  });

  test('hands out a batch early when its texts are long', async () => {
    const { vendor, upstream } = await startFixture();
    // 4 texts of 1 MiB fill the 4 MiB of a batch.
    vendor.setMessages(Array.from({ length: 6 }, (_, id) => rawMessage({ id, text: 'a'.repeat(1_048_576) })));
    const sizes: number[] = [];
    for await (const { messages } of upstream.readMessages('default')) sizes.push(messages.length);
    expect(sizes).toEqual([4, 2]);
  });

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (body: Buffer) => body],
    // Labels that nobody knows, on what is plain JSON.
    ['utf-8', (body: Buffer) => body],
    ['aws-chunked', (body: Buffer) => body],
    ['__proto__', (body: Buffer) => body],
  ])('understands content-encoding %s', async (encoding, compress) => {
    const { vendor, upstream } = await startFixture();
    const body = compress(Buffer.from(JSON.stringify({ messages: manyMessages(2500) })));
    vendor.onMessages(answer(body, { 'content-encoding': encoding }));
    expect((await collectMessages(upstream)).messages).toHaveLength(2500);
  });

  test.each([
    ['a byte-order mark before it', '\uFEFF{"messages":[]}'],
    ['other keys around it', '{"a":{"messages":[1,{"b":[]}]},"c":null,"messages":[],"d":[[1],"x"]}'],
    ['white space around it', ' \n{ "messages" : [ ] }\n '],
  ])('accepts an empty list with %s', async (_, body) => {
    const { vendor, upstream } = await startFixture();
    vendor.onMessages(answer(body));
    expect(await collectMessages(upstream)).toEqual({ messages: [], invalid: [] });
  });

  test('keeps characters whole that two chunks share', async () => {
    const { vendor, upstream } = await startFixture();
    const body = Buffer.from(JSON.stringify({ messages: [rawMessage({ text: '😀é' })] }));
    vendor.onMessages((_request, response) => {
      for (const byte of body) response.write(Buffer.of(byte));
      response.end();
    });
    expect((await collectMessages(upstream)).messages[0]?.text).toBe('😀é');
  });

  const whole = JSON.stringify({ messages: [rawMessage()] });
  test.each([
    ['an empty body', '', 'the body ends too early'],
    ['HTML', '<!doctype html><p>Login</p>', 'the body is not JSON'],
    ['a bare list', '[]', 'the body must be an object'],
    ['a bare string', '"messages"', 'the body must be an object'],
    ['no messages', '{"message":[]}', 'the body must have a list at "messages"'],
    ['null for messages', '{"messages":null}', 'the body must have a list at "messages"'],
    ['an object for messages', '{"messages":{}}', 'the body must have a list at "messages"'],
    ['messages twice', '{"messages":[],"messages":[]}', 'the body has more than one "messages"'],
    [
      'messages twice, once escaped',
      '{"messages":[],"m\\u0065ssages":[]}',
      'the body has more than one "messages"',
    ],
    ['a missing end of the object', whole.slice(0, -1), 'the body ends too early'],
    ['a missing end of the list', whole.slice(0, -2), 'the body ends too early'],
    ['a missing end of a message', whole.slice(0, -3), 'the body ends too early'],
    ['an end within a string', whole.slice(0, -8), 'the body ends too early'],
    ['something after its end', `${whole}{}`, 'the body is not JSON'],
    ['a trailing comma', '{"messages":[1,]}', 'the body is not JSON'],
    ['a raw line break in a string', '{"messages":["two\nlines, of some length"]}', 'the body is not JSON'],
  ])('fails as a whole for %s', async (_, body, problem) => {
    const { vendor, upstream, metrics } = await startFixture();
    vendor.onMessages(answer(body));
    expect(await catchError(collectMessages(upstream))).toMatchObject({ name: 'InvalidResponse', problem });
    // A wrong body would come again: it is not asked for twice.
    expect(vendor.countOf(path)).toBe(1);
    const counts = await metrics.upstreamCalls.get();
    expect(counts.values).toMatchObject([{ labels: { endpoint: 'messages', outcome: 'failed' }, value: 1 }]);
  });

  test('fails for a value of more than 16 MiB, wherever it stands', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.onMessages(answer(`{"other":"${'x'.repeat(17_000_000)}","messages":[]}`));
    const error = await catchError(collectMessages(upstream));
    expect(error).toMatchObject({ problem: 'the body holds a value that is too large' });
  });

  test('fails for what cannot be decompressed', async () => {
    const { vendor, upstream } = await startFixture();
    const compressed = gzipSync(whole);
    const problem = 'the body cannot be decompressed';
    vendor.onMessages(answer(whole, { 'content-encoding': 'gzip' }));
    expect(await catchError(collectMessages(upstream))).toMatchObject({ problem });
    vendor.onMessages(answer(compressed.subarray(0, -9), { 'content-encoding': 'gzip' }));
    expect(await catchError(collectMessages(upstream))).toMatchObject({ problem });
    vendor.onMessages(answer(`\r${compressed.toString('hex')}`, { 'content-encoding': 'lzma' }));
    expect(await catchError(collectMessages(upstream))).toMatchObject({
      problem: 'the body is not JSON; its content-encoding "lzma" is unknown',
    });
  });

  test('stops at the size limit, also within a gzip bomb', async () => {
    const { vendor, upstream } = await startFixture({ maxBytes: 1_000_000 });
    const tooLarge = { name: 'ResponseTooLarge', maxBytes: 1_000_000 };
    vendor.setMessages(manyMessages(20_000));
    expect(await catchError(collectMessages(upstream))).toMatchObject(tooLarge);
    // 500 MB of blanks in half a megabyte
    const blanks = gzipSync(Buffer.alloc(5_000_000, ' '));
    vendor.onMessages(
      answer(Buffer.concat(Array.from({ length: 100 }, () => blanks)), { 'content-encoding': 'gzip' }),
    );
    const before = process.memoryUsage().rss;
    expect(await catchError(collectMessages(upstream))).toMatchObject(tooLarge);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test('fails midway when the connection breaks, and asks no more', async () => {
    const { vendor, upstream } = await startFixture();
    const body = JSON.stringify({ messages: manyMessages(3000) });
    vendor.onMessages((_request, response) => {
      response.write(body.slice(0, body.length / 2), () => setTimeout(() => response.destroy(), 50));
    });
    let read = 0;
    const reading = async () => {
      for await (const { messages } of upstream.readMessages('default')) read += messages.length;
    };
    expect(await catchError(reading())).toMatchObject(unavailable('disconnected'));
    expect(read).toBe(1000);
    expect(vendor.countOf(path)).toBe(1);
  });

  test('tries again when the connection breaks before the first batch', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages([rawMessage()]);
    vendor.onMessages((_request, response) => {
      vendor.onMessages(null);
      response.writeHead(200, { 'content-length': '5000' });
      response.write('{"messages":[{"id"', () => setTimeout(() => response.destroy(), 20));
    });
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
    expect(vendor.countOf(path)).toBe(2);
  });

  test.each([0, 1500])('is not held up by a body that drips after %d messages', async (count) => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 400 });
    vendor.onMessages((_request, response) => {
      response.write(`{"messages":[${'1,'.repeat(count)}`);
      const timer = setInterval(() => response.write('1,'), 20);
      response.once('close', () => clearInterval(timer));
    });
    const startMs = performance.now();
    expect(await catchError(collectMessages(upstream))).toMatchObject({ name: 'UpstreamTimeout' });
    expect(performance.now() - startMs).toBeLessThan(1000);
    await expect.poll(() => vendor.openConnections, { timeout: 2000 }).toBe(0);
  });

  test('does not count the time in which the reader works', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 400 });
    // Larger than what sockets buffer, so that the upstream still sends when the reader goes on
    vendor.setMessages(Array.from({ length: 6000 }, (_, id) => rawMessage({ id, text: 'a'.repeat(2000) })));
    let read = 0;
    for await (const { messages } of upstream.readMessages('default')) {
      read += messages.length;
      await sleep(100);
    }
    expect(read).toBe(6000);
  });

  test('frees its connection when the reader stops early', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages(Array.from({ length: 6000 }, (_, id) => rawMessage({ id, text: 'a'.repeat(2000) })));
    for await (const { messages } of upstream.readMessages('default')) {
      expect(messages).toHaveLength(1000);
      break;
    }
    await expect.poll(() => vendor.openConnections, { timeout: 2000 }).toBe(0);
  });
});
