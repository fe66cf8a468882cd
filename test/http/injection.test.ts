import { describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';

const hostile = [
  "' or '1'='1",
  "1'; drop table messages; --",
  '1" union select account_id from accounts --',
  '%',
  '_',
  '\\',
  '$1',
  '?',
  ':id',
  '\u0000',
  '\ud800',
  '${jndi:ldap://evil.example/a}',
  '<script>alert(1)</script>',
  'a\r\nset-cookie: evil=1',
  '{"$ne":null}',
  '__proto__',
  'x'.repeat(990),
] as const;

async function startWithThree(settings: Readonly<Record<string, string>> = {}): Promise<App> {
  const app = await startApp({
    settings,
    script: (upstream) =>
      upstream.setMessages(
        ['aba', "' or '1'='1", '100% of it'].map((text, id) => ({
          id,
          text,
          timestamp: '2024-05-01T00:00:00Z',
        })),
      ),
  });
  await app.waitForRevision(1);
  return app;
}

describe('text that would be SQL, a pattern, a header or a script', () => {
  it('is plain text wherever it is given', async () => {
    const app = await startWithThree();
    const places: readonly (readonly [string, unknown])[] = [
      ['query ($x: ID!) { message(id: $x) { id } }', { message: null }],
      ['query ($x: ID) { usage(periodId: $x) { totals { messageCount } } }', 'NOT_FOUND'],
      ['query ($x: String) { usage { messages(after: $x) { nodes { id } } } }', 'INVALID_CURSOR'],
      ['query ($x: String) { usage { messages(last: 1, before: $x) { nodes { id } } } }', 'INVALID_CURSOR'],
      ['query ($x: String) { billingPeriods(after: $x) { nodes { id } } }', 'INVALID_CURSOR'],
      ['query ($x: TimeZone!) { usage { windows(timeZone: $x) { from } } }', 'BAD_USER_INPUT'],
      [
        'query ($x: DateTime) { usage { totals(filter: { timestamp: { from: $x } }) { messageCount } } }',
        'BAD_USER_INPUT',
      ],
      [
        'query ($x: Credits) { usage { totals(filter: { creditsUsed: { min: $x } }) { messageCount } } }',
        'BAD_USER_INPUT',
      ],
      ['query ($x: ID) { rateCard(version: $x) { version } }', 'BAD_USER_INPUT'],
      ['query ($x: ID!) { estimate(input: { reportId: $x }) { credits } }', 'BAD_USER_INPUT'],
    ];
    for (const x of hostile) {
      for (const [document, outcome] of places) {
        const { body } = await app.query(document, { x });
        expect([document, x, body.errors?.[0]?.extensions.code ?? body.data]).toEqual([document, x, outcome]);
      }
      const byReport = await app.data(
        'query ($x: ID!) { usage { totals(filter: { reportIds: [$x] }) { messageCount } } }',
        { x },
      );
      expect(byReport).toEqual({ usage: { totals: { messageCount: 0 } } });
      const priced = await app.query('query ($x: String!) { estimate(input: { text: $x }) { credits } }', {
        x,
      });
      expect(priced.body.errors).toBeUndefined();
    }
  });

  it('finds what holds it and nothing else', async () => {
    const app = await startWithThree();
    for (const x of hostile) {
      const found = await app.data(
        'query ($x: String) { usage { messages(filter: { text: $x }) { nodes { id } } } }',
        { x },
      );
      const ids = x === "' or '1'='1" ? ['1'] : x === '%' ? ['2'] : [];
      expect([x, found]).toEqual([x, { usage: { messages: { nodes: ids.map((id) => ({ id })) } } }]);
    }
    const left = await app.data('{ usage { totals { messageCount } } }');
    expect(left).toEqual({ usage: { totals: { messageCount: 3 } } });
  });

  it('comes back in no header, and in a path finds nothing', async () => {
    const app = await startWithThree();
    for (const x of hostile) {
      const text = encodeURIComponent(x.toWellFormed());
      for (const path of [`/usage.csv?period=${text}`, `/${text}`]) {
        const response = await app.get(path, { 'x-request-id': 'evil-id' });
        expect([x, response.status]).toEqual([x, 404]);
        // The policy's own word for scripts is no echo.
        const others = [...response.headers].filter(([name]) => name !== 'content-security-policy');
        expect(JSON.stringify(others)).not.toMatch(/evil|script|jndi/);
      }
    }
  });

  it('does not reach the prototypes of objects', async () => {
    const app = await startWithThree();
    await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{__typename}","variables":{"constructor":{"prototype":{"polluted":1}},"__proto__":{"polluted":1}}}',
    });
    expect('polluted' in {}).toBe(false);
  });
});

describe('in production', () => {
  it('nothing of the schema, the inside or the versions is told', async () => {
    const app = await startWithThree({ NODE_ENV: 'production' });
    const asked: readonly (readonly [string, object])[] = [
      ['{ __schema { types { name } } }', {}],
      ['{ __type(name: "Usage") { fields { name } } }', {}],
      ['{ usag { totals { creditsUsed } } }', {}],
      ['{ usage { totals { creditUsed } } }', {}],
      ['{ usage { messages(frist: 1) { nodes { id } } } }', {}],
      ['{ usage { windows(size: HOURS) { from } } }', {}],
      [
        'query ($o: [MessageOrder!]) { usage { messages(orderBy: $o) { nodes { id } } } }',
        { o: [{ field: 'TIMESTMP' }] },
      ],
      ['query ($f: MessageFilter) { usage { totals(filter: $f) { creditsUsed } } }', { f: { reportId: 1 } }],
    ];
    for (const [document, variables] of asked) {
      const { status, body } = await app.query(document, variables);
      expect(status).toBe(400);
      const text = JSON.stringify(body);
      expect(text).not.toMatch(/did you mean|stack|node_modules|\.ts:|\.js:/i);
      // Names that the client did not send itself.
      expect(text.replaceAll('totals', '')).not.toMatch(
        /"creditsUsed"|messageCount|periodId|TIMESTAMP|reportIds|"HOUR"/,
      );
    }
    const page = await app.get('/graphql', { accept: 'text/html' });
    expect(page.headers.get('content-type')).not.toContain('text/html');
    expect(page.headers.get('server')).toBeNull();
    expect(page.headers.get('x-powered-by')).toBeNull();
  });

  it('fails without saying why to clients', async () => {
    const app = await startWithThree({ NODE_ENV: 'production' });
    const response = await app.get('/usage.csv?period=1&period=2');
    expect(response.status).toBe(400);
    expect(Object.keys(Object(await response.json()))).toEqual(['error']);
  });
});

describe('security headers', () => {
  it('stand on every answer, and let Sandbox’s page load what it is made of', async () => {
    const app = await startWithThree();
    for (const path of ['/livez', '/usage', '/usage.csv', '/nothing', '/graphql']) {
      const { headers } = await app.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
    }
    const page = await app.get('/graphql', { accept: 'text/html' });
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const [, script = ''] = /<script[^>]+src="(https:\/\/[^/"]+)/.exec(html) ?? [];
    expect(script).toMatch(/^https:\/\/.+apollographql\.com$/);
    const directives = new Map(
      policy.split(';').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources] as const;
      }),
    );
    expect(directives.get('script-src')).toContain(script);
    expect(directives.get('frame-src')).toContain('https://sandbox.embed.apollographql.com');
    // The page's own policy, which the browser adds to the header's, allows nothing beyond it.
    const [, own = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(own).toContain('script-src');
    expect(directives.get('connect-src') ?? directives.get('default-src')).toEqual(["'self'"]);
  });

  it('let pages of other origins in by setting alone', async () => {
    const app = await startApp({
      settings: { NODE_ENV: 'production', CORS_ORIGINS: 'https://app.example.com' },
    });
    const known = await app.get('/livez', { origin: 'https://app.example.com' });
    expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    for (const origin of ['https://evil.example', 'https://app.example.com.evil.example', 'null']) {
      const other = await app.get('/livez', { origin });
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
