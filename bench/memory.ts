import autocannon from 'autocannon';

import { query } from './contestants/sample-rows.ts';
import { startMeasured, serviceArgs } from './measured-process.ts';
import { closeUpstreams, startPrepared } from './prepared-ledgers.ts';
import { formatTable } from './table.ts';

/** Measures the memory that the service holds. @returns the report's part */
export async function measureMemory(): Promise<string> {
  const rows: string[][] = [];
  const server = await startMeasured(serviceArgs, {
    PORT: '0',
    DATABASE_URL: 'memory:',
    LOG_LEVEL: 'fatal',
  });
  const small = async (name: string): Promise<void> => {
    const { residentBytes } = await server.read();
    rows.push([name, (residentBytes / 2 ** 20).toFixed(0)]);
  };
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await small('110 messages, idle');
  await autocannon({
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    connections: 50,
    amount: 30_000,
  });
  await small('110 messages, after 30,000 requests on 50 connections');
  await server.stop();

  const large = await startPrepared(1_000_000);
  const { residentBytes } = await large.server.read();
  rows.push(['1,000,000 messages, pulled again', (residentBytes / 2 ** 20).toFixed(0)]);
  await large.stop();
  await closeUpstreams();
  return [
    'Resident memory of the whole process. The bar is 300 MiB at 110 messages under load.',
    formatTable(['state', 'RSS MiB'], rows),
  ].join('\n\n');
}
