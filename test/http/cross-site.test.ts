import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type RawResponse, sendRaw } from '../support/raw-request.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

const total = encodeURIComponent('{ usage { totals { creditsUsed } } }');
const page =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,*/*;q=0.8';

/** A request as a browser sends it: what the page cannot choose. */
interface BrowserRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
}

/** How browsers call what a page makes them fetch. */
function fetchMetadata(site: string, mode: string, dest: string): Record<string, string> {
  return { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest };
}

const evil = 'http://evil.example';
const plain = { 'content-type': 'text/plain' };

// What Chromium 15x sent when pages of another site and of another port did these things.
const attacks: Readonly<Record<string, BrowserRequest>> = {
  'an image': {
    method: 'GET',
    headers: { accept: 'image/avif,image/*,*/*;q=0.8', ...fetchMetadata('cross-site', 'no-cors', 'image') },
  },
  'a script': {
    method: 'GET',
    headers: { accept: '*/*', ...fetchMetadata('cross-site', 'no-cors', 'script') },
  },
  'a fetch': {
    method: 'GET',
    headers: { accept: '*/*', origin: evil, ...fetchMetadata('cross-site', 'cors', 'empty') },
  },
  'a fetch from another port': {
    method: 'GET',
    headers: { accept: '*/*', origin: 'http://127.0.0.1:1', ...fetchMetadata('same-site', 'cors', 'empty') },
  },
  'an image from another port': {
    method: 'GET',
    headers: { accept: 'image/*', ...fetchMetadata('same-site', 'no-cors', 'image') },
  },
  'a POST of plain text that holds JSON': {
    method: 'POST',
    headers: { ...plain, origin: evil, ...fetchMetadata('cross-site', 'no-cors', 'empty') },
  },
  'a form': {
    method: 'POST',
    headers: { ...plain, accept: page, origin: evil, ...fetchMetadata('cross-site', 'navigate', 'document') },
  },
  'a form from another port': {
    method: 'POST',
    headers: {
      ...plain,
      accept: page,
      origin: 'http://127.0.0.1:1',
      ...fetchMetadata('same-site', 'navigate', 'document'),
    },
  },
  'a frame': {
    method: 'GET',
    headers: { accept: page, ...fetchMetadata('cross-site', 'navigate', 'iframe') },
  },
  'a fetch of a frame without an origin': {
    method: 'POST',
    headers: { ...plain, origin: 'null', ...fetchMetadata('cross-site', 'no-cors', 'empty') },
  },
  'a beacon': {
    method: 'POST',
    headers: { ...plain, origin: evil, ...fetchMetadata('cross-site', 'no-cors', 'empty') },
  },
  // As browsers before 2023 send it.
  'a fetch of an old browser': { method: 'GET', headers: { origin: evil } },
  'a fetch of an old browser’s frame without an origin': { method: 'GET', headers: { origin: 'null' } },
  'JSON that an old browser was told to post': {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: evil },
  },
};

let app: App;
beforeAll(async () => {
  app = await startApp({
    script: tellWorkedExamples,
    settings: { CORS_ORIGINS: 'https://app.example.com,https://*.example.org' },
  });
  await app.waitForRevision(1);
});

function send(path: string, { method, headers }: BrowserRequest): Promise<RawResponse> {
  const body = '{"query":"{ usage { totals { creditsUsed } } }"}';
  return sendRaw(app.url + path, { method, headers, ...(method === 'POST' ? { body } : {}) });
}

describe('what a page of another site makes a browser send is refused:', () => {
  it.each(Object.entries(attacks))('%s', async (_name, request) => {
    for (const path of [`/graphql?query=${total}`, '/usage', '/usage.csv']) {
      const response = await send(path, request);
      expect(response.status).toBe(403);
      expect(response.body.toString()).toContain('"FORBIDDEN"');
    }
  });
});

describe('what is answered:', () => {
  const same = fetchMetadata('same-origin', 'cors', 'empty');
  const cross = fetchMetadata('cross-site', 'cors', 'empty');
  const json = { 'content-type': 'application/json' };

  it.each<readonly [string, BrowserRequest]>([
    ['a program that is no browser', { method: 'GET', headers: {} }],
    ['a page of our own, by GET', { method: 'GET', headers: same }],
    ['a page of our own, by POST', { method: 'POST', headers: { ...json, ...same } }],
    ['a page of a known origin', { method: 'GET', headers: { ...cross, origin: 'https://app.example.com' } }],
    [
      'a page of a known subdomain',
      { method: 'GET', headers: { ...cross, origin: 'https://a.b.example.org' } },
    ],
    [
      'an old browser with such a page',
      { method: 'POST', headers: { ...json, origin: 'https://app.example.com' } },
    ],
  ])('%s', async (_name, request) => {
    const response = await send(`/graphql?query=${total}`, request);
    expect([response.status, JSON.parse(response.body.toString())]).toEqual([
      200,
      { data: { usage: { totals: { creditsUsed: '90.45' } } } },
    ]);
  });

  it('an old browser with a page of our own, whose origin is the Host', async () => {
    const request = { method: 'POST', headers: { ...json, origin: app.url } } as const;
    expect((await send('/graphql', request)).status).toBe(200);
  });

  it.each(['cross-site', 'same-site', 'none'])(
    'a link that somebody follows in a tab of its own (%s), to pages and files',
    async (site) => {
      const headers = { accept: page, ...fetchMetadata(site, 'navigate', 'document') };
      for (const path of ['/graphql', '/usage.csv', '/usage', '/']) {
        const { status } = await send(path, { method: 'GET', headers });
        expect({ path, status }).toMatchObject({
          path,
          status: expect.toSatisfy((is: number) => is === 200 || is === 404),
        });
      }
    },
  );
});

it.each([
  'https://example.org',
  'https://example.org.evil.example',
  'https://evilexample.org',
  'http://a.example.org',
])('a page of %s is not of a subdomain of example.org', async (origin) => {
  const request = {
    method: 'GET',
    headers: { origin, ...fetchMetadata('cross-site', 'cors', 'empty') },
  } as const;
  expect((await send('/usage', request)).status).toBe(403);
});
