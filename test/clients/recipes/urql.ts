import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** What has no id belongs to the entity that it stands in. */
const embedded = () => null;

export function createUrqlClient(url: string): Client {
  const cache = cacheExchange({
    keys: {
      RateCard: ({ version }) => (typeof version === 'string' ? version : null),
      Freshness: embedded,
      UsageTotals: embedded,
      UsageWindow: embedded,
      ReportUsage: embedded,
      Charge: embedded,
      ChargeStep: embedded,
    },
    // For `messages(first:, after:)` with the same filter and order: one list that grows.
    resolvers: { Usage: { messages: relayPagination() } },
  });
  return new Client({ url: `${url}/graphql`, exchanges: [cache, fetchExchange] });
}
