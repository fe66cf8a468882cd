import { fastify } from 'fastify';
import mercurius from 'mercurius';

import { creditsOf, reports, type Row, rows, typeDefs } from './sample-rows.ts';

// As mercurius's documentation advises: SDL, resolvers, a loader against 1 + N queries, the JIT on, GraphiQL off.
const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Query: { usage: () => ({}) },
    Usage: { messages: (_: unknown, { first }: { first?: number }) => ({ nodes: rows.slice(0, first) }) },
    Message: {
      timestamp: ({ timestampMs }: Row) => new Date(timestampMs).toISOString(),
      creditsUsed: (row: Row) => creditsOf(row).toString(),
    },
  },
  loaders: {
    Message: {
      report: async (queries: readonly { readonly obj: Row }[]) =>
        queries.map(({ obj }) => (obj.reportId === null ? null : (reports.get(obj.reportId) ?? null))),
    },
  },
  jit: 1,
  graphiql: false,
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
