import { gql } from '@apollo/client';
import { gql as urqlGql } from '@urql/core';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readPage } from '../docs/docs.ts';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { createApolloWithEventStreams, createApolloWithWebSocket } from './recipes/apollo-live.ts';
import { createUrqlWithEventStreams, createUrqlWithWebSocket } from './recipes/urql-live.ts';

const document = 'subscription { usageChanged { totals { creditsUsed } } }';
const page = readPage('docs/clients.md');

type Told = (result: unknown) => void;

/** Begins to tell; gives what ends it. */
type Watch = (url: string, tell: Told) => () => void;

function watchUrql(createClient: typeof createUrqlWithWebSocket): Watch {
  return (url, tell) => {
    const subscription = createClient(url)
      .subscription(urqlGql(document), {})
      .subscribe(({ data, error }) => tell(error ?? data));
    return () => subscription.unsubscribe();
  };
}

function watchApollo(createClient: typeof createApolloWithWebSocket): Watch {
  return (url, tell) => {
    const subscription = createClient(url)
      .subscribe({ query: gql(document) })
      .subscribe(({ data, error }) => tell(error ?? data));
    return () => subscription.unsubscribe();
  };
}

async function start(): Promise<App> {
  const app = await startApp({
    settings: { SYNC_INTERVAL_MS: '500' },
    script: (upstream) => upstream.setMessages(texts(1)),
  });
  await app.waitForRevision(1);
  return app;
}

/** Texts of two digits, 1 + 2 × 0.05 = 1.10 each. */
function texts(count: number): readonly object[] {
  return Array.from({ length: count }, (_none, index) => ({
    id: index + 1,
    text: '78',
    timestamp: `2026-11-16T09:00:0${index}.000Z`,
  }));
}

const usage = (creditsUsed: string) => ({ usageChanged: { totals: { creditsUsed } } });

describe('usage that moves', () => {
  test.each([
    ['urql over server-sent events', watchUrql(createUrqlWithEventStreams)],
    ['urql over a WebSocket', watchUrql(createUrqlWithWebSocket)],
    ['Apollo Client over server-sent events', watchApollo(createApolloWithEventStreams)],
    ['Apollo Client over a WebSocket', watchApollo(createApolloWithWebSocket)],
  ])('is told to %s', async (_name, watch) => {
    const app = await start();
    const told: unknown[] = [];
    const end = watch(app.url, (result) => told.push(result));
    await waitUntil(() => told.length === 1);
    app.upstream.setMessages(texts(2));
    await waitUntil(() => told.length === 2);
    end();
    expect(told).toMatchObject([usage('1.10'), usage('2.20')]);
  });

  test('is told to curl, as the docs call it', async () => {
    const [, command = ''] = /```sh\n(curl -N .*)\n```/.exec(page) ?? [];
    const app = await start();
    const curl = spawn('sh', ['-c', `exec ${command.replace('http://127.0.0.1:4000', app.url)}`]);
    onTestFinished(() => void curl.kill());
    let told = '';
    curl.stdout.on('data', (piece: Buffer) => {
      told += piece.toString();
    });
    await waitUntil(() => told.includes(JSON.stringify({ data: usage('1.10') })));
    app.upstream.setMessages(texts(2));
    await waitUntil(() => told.includes(JSON.stringify({ data: usage('2.20') })));
    expect(told.match(/"creditsUsed":"1\.10"/g)).toHaveLength(1);
  });
});

test.each(['urql-live', 'apollo-live'])('the recipe %s in the docs is what these tests run', (name) => {
  expect(page).toContain(readFileSync(`test/clients/recipes/${name}.ts`, 'utf8'));
});
