import { serverAudits } from 'graphql-http';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ settings: { INTROSPECTION: 'on' } });
});

describe('GraphQL over HTTP', () => {
  it('passes all 61 audits of graphql-http', async () => {
    const audits = serverAudits({ url: `${app.url}/graphql`, fetchFn: fetch });
    const results: unknown[] = [];
    for (const audit of audits) {
      const { status, name } = await audit.fn();
      results.push([name, status]);
    }
    expect(results).toHaveLength(61);
    expect(results).toEqual(audits.map(({ name }) => [name, 'ok']));
  });

  it.each([
    ['application/graphql-response+json', 400],
    ['application/json', 200],
    ['application/graphql-response+json, application/json;q=0.9', 400],
    ['*/*', 400],
  ])('answers a misspelled field %s with %i', async (accept, status) => {
    const answer = await app.query('{ usag }', {}, { accept });
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it.each([
    [`{ ${'a '.repeat(3_000)} }`, 'GRAPHQL_PARSE_FAILED'],
    [`{ ${'x: usage { period { id } } '.repeat(40)} }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ usage { messages(first: 1000000) { nodes { id } } } }', 'QUERY_TOO_COMPLEX'],
  ])(
    'answers what is over a limit with 400, whatever the client accepts: case %#',
    async (document, code) => {
      const answer = await app.query(document, {}, { accept: 'application/json' });
      expect(answer.body.errors?.[0]?.extensions.code).toBe(code);
      expect(answer.status).toBe(400);
    },
  );
});
