import type { Config } from './config.ts';

/**
 * What people read when the service has started: where it is, what it reads from, where it records.
 * @param obstacle why it cannot answer queries yet; null when it can
 * @param former the upstreams that filled this ledger before
 */
export function writeReadyBlock(
  config: Config,
  { url }: { readonly url: string },
  { obstacle, former }: { readonly obstacle: string | null; readonly former: readonly string[] },
): string {
  const state = obstacle === null ? 'is ready' : `has started, but not yet: ${obstacle}`;
  const isSample = config.upstreamUrl === null;
  const lines = [
    `Usage API ${state}${isSample ? ', on bundled SAMPLE data (set UPSTREAM_URL for your own)' : ''}`,
    '',
    `  Dashboard ${url}/`,
    `  GraphQL   ${url}/graphql${config.introspection ? '   (open it in a browser: Apollo Sandbox)' : ''}`,
    `  REST      ${url}/usage   (as CSV: ${url}/usage.csv)`,
    `  Health    ${url}/readyz`,
    `  Reads     ${nameUpstream(config.upstreamUrl)}`,
    `  Records   ${nameLedger(config.databaseUrl)}`,
    ...(former.length === 0
      ? []
      : [`            It holds usage that was read from ${former.join(' and ')} before.`]),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** An upstream without what may be a secret: user, password and query. Null: the sample. */
export function nameUpstream(baseUrl: string | null): string {
  if (baseUrl === null) return 'the bundled sample';
  return baseUrl.replace(/^(\w+:\/\/)[^/?]*@/, '$1').replace(/\?.*$/, '');
}

function nameLedger(databaseUrl: string): string {
  if (databaseUrl === 'memory:') return 'in memory, gone when the service ends';
  if (databaseUrl.startsWith('file:')) return databaseUrl.slice('file:'.length);
  return databaseUrl.replace(/^(\w+:\/\/)[^/?]*@/, '$1').replace(/\?.*$/, '');
}
