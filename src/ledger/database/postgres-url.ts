import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

import type { ClientConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';

/** A server, and how to reach it. */
export interface PostgresAddress {
  /** Host, port, database, user, password and whatever else the URL says; not how to encrypt. */
  readonly client: ClientConfig;
  /** The ways to try, in this order: TLS with these options, or false for none. The first that the server takes counts. */
  readonly encryptions: readonly (ConnectionOptions | false)[];
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof sslModes)[number];
const ownParameters = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword'];

/**
 * Reads a `postgres://` URL as PostgreSQL's own programs do. Its `sslmode` means what libpq means, with `prefer` as the
 * default; `verify-full` without `sslrootcert` trusts the authorities that Node.js knows. A host that is a path is a
 * unix socket's folder. Reads the files that it names.
 * @throws Error whose message completes "DATABASE_URL …", and holds nothing of the URL but names of files and hosts.
 * Source: https://www.postgresql.org/docs/current/libpq-connect.html
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^(postgres(?:ql)?:\/\/)([^/?]*)([^?]*)(?:\?([^]*))?$/.exec(url) ?? [];
  // A password with one of these would be cut in two, and a part of it be taken for the host.
  if (/#/.test(url) || /@/.test(path + query) || /%(?![\da-f]{2})/i.test(url))
    throw new Error(
      'has a character that a URL wants percent-encoded: # as %23, / as %2F, ? as %3F, @ as %40, % as %25',
    );
  if (/,/.test(authority.replace(/^.*@/, ''))) throw new Error('must name one host');
  const parameters = new URLSearchParams(query);
  const ssl = Object.fromEntries(ownParameters.map((name) => [name, parameters.get(name)]));
  for (const name of ownParameters) parameters.delete(name);
  const client = readClient(`${scheme}${authority}${path}?${parameters}`);
  const { port, host } = client;
  if (port !== undefined && (port < 1 || port > 65_535)) throw new Error('must have a port from 1 to 65535');
  return { client, encryptions: host?.startsWith('/') === true ? [false] : readEncryptions(ssl) };
}

function readClient(url: string): ClientConfig {
  try {
    return toClientConfig(parse(url));
  } catch (cause) {
    throw new Error('is no URL of a PostgreSQL server: look at its host and its port', { cause });
  }
}

function readEncryptions(given: Readonly<Record<string, string | null>>): PostgresAddress['encryptions'] {
  const mode = readMode(given);
  if (mode === 'disable') return [false];
  const tls = readTls(given, mode);
  if (mode === 'allow') return [false, tls];
  return mode === 'prefer' ? [tls, false] : [tls];
}

function readMode({ sslmode, ssl, sslrootcert }: Readonly<Record<string, string | null>>): SslMode {
  const isSystem = sslrootcert === 'system';
  // What other clients' URLs say: JDBC's `ssl=true`, node-postgres' `no-verify`.
  if (sslmode === null && ssl !== null) return ssl === 'true' || ssl === '1' ? 'require' : 'disable';
  if (sslmode === null) return isSystem ? 'verify-full' : 'prefer';
  if (sslmode === 'no-verify') return 'require';
  const mode = sslModes.find((known) => known === sslmode);
  if (mode === undefined) throw new Error(`must have one of these as sslmode: ${sslModes.join(', ')}`);
  if (isSystem && mode !== 'verify-full')
    throw new Error('must have sslmode=verify-full with sslrootcert=system');
  return mode;
}

function readTls(given: Readonly<Record<string, string | null>>, mode: SslMode): ConnectionOptions {
  const { sslrootcert, sslcert, sslkey, sslpassword } = given;
  const hasRoot = sslrootcert !== null && sslrootcert !== undefined && sslrootcert !== 'system';
  if (mode === 'verify-ca' && !hasRoot)
    throw new Error('must name the authority to trust with sslmode=verify-ca: sslrootcert=FILE');
  const isNameChecked = mode === 'verify-full';
  return {
    // An authority that is named is asked for in every mode, as libpq does.
    rejectUnauthorized: hasRoot || isNameChecked,
    ...(isNameChecked ? {} : { checkServerIdentity: () => undefined }),
    ...(hasRoot ? { ca: readPem('sslrootcert', sslrootcert) } : {}),
    ...(sslcert ? { cert: readPem('sslcert', sslcert) } : {}),
    ...(sslkey ? { key: readPem('sslkey', sslkey) } : {}),
    ...(sslpassword ? { passphrase: sslpassword } : {}),
  };
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`names a file as ${name} that cannot be read: ${reason}`, { cause });
  }
}
