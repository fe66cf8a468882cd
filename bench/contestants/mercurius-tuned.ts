import { fastify } from 'fastify';
import mercurius from 'mercurius';

import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { openDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { startSampleUpstream } from '../../src/sample/sample-upstream.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { Sync } from '../../src/sync/sync.ts';
import { UsageReader } from '../../src/usage/usage-reader.ts';
import type { UsageSession } from '../../src/usage/usage-session.ts';

declare module 'mercurius' {
  interface MercuriusContext {
    readonly session: UsageSession;
  }
}

// Our schema, resolvers and ledger behind mercurius and its JIT, and nothing of our defences.
const now = (): Date => new Date();
const log = createLog('silent');
const metrics = createMetrics();
const sample = await startSampleUpstream();
const ledger = new Ledger({ database: openDatabase('memory:'), now });
await ledger.migrate();
const upstream = createUpstream({ baseUrl: sample.url, timeoutMs: 5_000, maxBytes: 1e8, log, metrics, now });
const common = { ledger, upstream, rateCard: defaultRateCard, now };
const timing = { reportMaxAgeMs: 3_600_000, reportsTimeoutMs: 20_000, intervalMs: 10_000 };
const sync = new Sync({ ...common, ...timing, firstPullTimeoutMs: 5_000, log, metrics });
await sync.pullFirst('default');
const reader = new UsageReader({ ...common, sync, staleAfterMs: 20_000 });

const app = fastify();
await app.register(mercurius, {
  schema: createSchema(),
  context: () => ({ session: reader.openSession('default') }),
  jit: 1,
  graphiql: false,
});
// As our own server does after each query.
app.graphql.addHook('onResolution', async (_execution, { session }) => {
  await session.confirm();
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
