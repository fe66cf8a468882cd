import type { Config } from './config.ts';

/**
 * What people read when the service has started: where it is, what it reads from, where it records.
 * @param obstacle why it cannot answer queries yet; null when it can
 */
export function writeReadyBlock(
  config: Config,
  { url }: { readonly url: string },
  obstacle: string | null,
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
    `  Reads     ${isSample ? 'the bundled sample' : nameUpstream(config.upstreamUrl)}`,
    `  Records   ${nameLedger(config.databaseUrl)}`,
  ];
  return `\n${lines.join('\n')}\n`;
}

/** An upstream without what may be a secret: user, password and query. */
export function nameUpstream(baseUrl: string | null): string {
  return (baseUrl ?? '').replace(/^(\w+:\/\/)[^/?]*@/, '$1').replace(/\?.*$/, '');
}

function nameLedger(databaseUrl: string): string {
  if (databaseUrl === 'memory:') return 'in memory, gone when the service ends';
  if (databaseUrl.startsWith('file:')) return databaseUrl.slice('file:'.length);
  return databaseUrl.replace(/^(\w+:\/\/)[^/?]*@/, '$1').replace(/\?.*$/, '');
}
