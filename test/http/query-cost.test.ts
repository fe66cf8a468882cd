import { getNamedType, isListType, isNonNullType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { startApp } from '../support/app.ts';

/** All that the largest page of a detailed dashboard shows, with a filter on each part. */
const heaviestSensible = `query ($first: Int = 500, $filter: MessageFilter = { text: "a" }) {
  usage {
    period { id from to status }
    freshness { asOf stale revision }
    totals(filter: $filter) { creditsUsed messageCount unpricedCount }
    windows(size: HOUR, timeZone: "Europe/Berlin", filter: $filter) {
      from to totals { creditsUsed messageCount unpricedCount }
    }
    byReport(filter: $filter) {
      report { id name } creditCost totals { creditsUsed messageCount unpricedCount }
    }
    messages(first: $first, filter: $filter, orderBy: [{ field: CREDITS_USED, direction: DESC }]) {
      nodes {
        id timestamp text creditsUsed report { id name } pricing
        charge { kind credits rateCard { version } steps { rule quantity amount runningTotal } }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totals { creditsUsed messageCount unpricedCount }
    }
  }
  billingPeriods { nodes { id from to status } }
}`;

describe('what queries cost', () => {
  it('gives every list and every connection of the schema a cost of its own', () => {
    const lists: string[] = [];
    const without: string[] = [];
    for (const type of Object.values(createSchema().getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        const inner = isNonNullType(field.type) ? field.type.ofType : field.type;
        if (!isListType(inner) && !getNamedType(inner).name.endsWith('Connection')) continue;
        lists.push(`${type.name}.${field.name}`);
        const { complexity } = field.extensions;
        if (typeof complexity !== 'number' && typeof complexity !== 'function')
          without.push(`${type.name}.${field.name}`);
      }
    }
    expect(without).toEqual([]);
    expect(lists.toSorted()).toEqual([
      'BillingPeriodConnection.edges',
      'BillingPeriodConnection.nodes',
      'Charge.steps',
      'MessageConnection.edges',
      'MessageConnection.nodes',
      'Query.billingPeriods',
      'Query.history',
      'Usage.byReport',
      'Usage.messages',
      'Usage.windows',
      'UsageWindow.byReport',
    ]);
  });

  it('answers the heaviest query that a dashboard has use for, and tells its cost when asked to', async () => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    const { status, body } = await app.query(heaviestSensible, {}, { 'x-query-cost': '1' });
    expect(body.errors).toBeUndefined();
    expect(status).toBe(200);
    expect(body.extensions?.['cost']).toBeGreaterThan(40_000);
    expect(body.extensions?.['cost']).toBeLessThan(50_000);
  });

  it('counts list sizes from literals, variables and defaults alike', async () => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    async function costOf(document: string, variables = {}): Promise<unknown> {
      const { body } = await app.query(document, variables, { 'x-query-cost': '1' });
      return body.extensions?.['cost'];
    }
    // usage 1 + messages 1 + 7 × id
    expect(await costOf('{ usage { messages(first: 7) { nodes { id } } } }')).toBe(9);
    expect(await costOf('query ($n: Int) { usage { messages(first: $n) { nodes { id } } } }', { n: 7 })).toBe(
      9,
    );
    expect(await costOf('query ($n: Int = 7) { usage { messages(last: $n) { nodes { id } } } }')).toBe(9);
    // 50 unless told otherwise, in edges too
    expect(await costOf('{ usage { messages { edges { node { id } } } } }')).toBe(1 + 1 + 50 * 2);
    expect(await costOf('{ usage { ...F } } fragment F on Usage { messages { nodes { id } } }')).toBe(52);
    expect(
      await costOf(
        'query ($no: Boolean = false) { usage { period { id } messages @include(if: $no) { nodes { id } } } }',
      ),
    ).toBe(3);
    // a filter may have to look at every message: 2,500 more
    expect(await costOf('{ usage { totals { messageCount } } }')).toBe(1 + 10 + 1);
    expect(await costOf('{ usage { totals(filter: { text: "a" }) { messageCount } } }')).toBe(2_500 + 12);
    // as well as several orders at once, which no index answers
    expect(await costOf(orderedBy('TIMESTAMP'))).toBe(9);
    expect(await costOf(orderedBy('CREDITS_USED', 'TIMESTAMP'))).toBe(2_500 + 9);
  });

  it('says nothing of the cost unless asked to', async () => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    const { body } = await app.query('{ usage { period { id } } }');
    expect(body.extensions).toBeUndefined();
  });
});

/** A query of one page by several fields at once. */
function orderedBy(...fields: readonly string[]): string {
  const orders = fields.map((field) => `{ field: ${field} }`).join(' ');
  return `{ usage { messages(first: 7, orderBy: [${orders}]) { nodes { id } } } }`;
}
