import { expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

test.each(testDatabases)(
  'the sample shows a closed period with a report that cannot be read, and an open one with a day without use: on $name',
  async (testDatabase) => {
    const app = await startApp({ upstream: null, database: await testDatabase.open() });
    // At once, without waiting for a pull.
    expect(
      await app.data(`{
        billingPeriods { nodes { id status } }
        closed: usage(periodId: "1") { totals { messageCount unpricedCount } }
        usage { totals { creditsUsed messageCount unpricedCount } windows { totals { messageCount } } }
      }`),
    ).toEqual({
      billingPeriods: {
        nodes: [
          { id: '2', status: 'OPEN' },
          { id: '1', status: 'CLOSED' },
        ],
      },
      closed: { totals: { messageCount: 18, unpricedCount: 1 } },
      usage: {
        totals: { creditsUsed: '2347.35', messageCount: 110, unpricedCount: 0 },
        windows: [19, 22, 26, 22, 15, 0, 6].map((messageCount) => ({ totals: { messageCount } })),
      },
    });
    // The current period is whole, so that its REST answer is.
    expect((await app.get('/usage')).status).toBe(200);
    expect((await app.get('/usage.csv?period=1')).status).toBe(503);
    await app.waitForPull();
    expect(await app.data('{ usage { freshness { revision } } }')).toEqual({
      usage: { freshness: { revision: 2 } },
    });
    await app.close();
  },
);
