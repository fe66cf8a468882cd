import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { useGraphQlJit } from '@envelop/graphql-jit';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';

import { creditsOf, type ReportRow, reports, type Row, rows, typeDefs } from './sample-rows.ts';

interface Context {
  readonly reportLoader: DataLoader<number, ReportRow | null>;
}

// As Yoga's documentation advises for production: the JIT plugin, a DataLoader for each request, GraphiQL off.
const yoga = createYoga({
  schema: createSchema<Context>({
    typeDefs,
    resolvers: {
      Query: { usage: () => ({}) },
      Usage: { messages: (_: unknown, { first }: { first?: number }) => ({ nodes: rows.slice(0, first) }) },
      Message: {
        timestamp: ({ timestampMs }: Row) => new Date(timestampMs).toISOString(),
        creditsUsed: (row: Row) => creditsOf(row).toString(),
        report: ({ reportId }: Row, _: unknown, { reportLoader }: Context) =>
          reportId === null ? null : reportLoader.load(reportId),
      },
    },
  }),
  context: (): Context => ({
    reportLoader: new DataLoader(async (ids: readonly number[]) => ids.map((id) => reports.get(id) ?? null)),
  }),
  plugins: [useGraphQlJit()],
  graphiql: false,
  landingPage: false,
  logging: false,
});
// oxlint-disable-next-line typescript/no-misused-promises -- as Yoga's documentation has it.
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this address.
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
