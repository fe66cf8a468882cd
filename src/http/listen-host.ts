import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { BlockList, createServer, isIPv6 } from 'node:net';

/** Where the server listens. */
export interface ListenHost {
  /** As the system takes it: an IPv6 address without its brackets. */
  readonly host: string;
  /** Whether only this machine can reach it there. */
  readonly isLoopback: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Finds out whether the server can listen at a name or an address, by looking it up and listening there for a moment.
 * @throws Error whose message completes "HOST …"
 */
export async function findListenHost(text: string): Promise<ListenHost> {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  const addresses = await lookUp(host);
  await tryToListen(host);
  return { host, isLoopback: addresses.every(isLoopbackAddress) };
}

async function lookUp(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (cause) {
    throw new Error(`${host} is no address of this machine: no such name is known${hintAt(host)}`, { cause });
  }
}

/** conda sets HOST to what it compiles for, in every environment that has a compiler. */
function hintAt(host: string): string {
  return /^[^.]+-[^.]+-[^.]+$/.test(host)
    ? '. conda sets HOST so for compilers: start with HOST= or HOST=127.0.0.1'
    : '';
}

async function tryToListen(host: string): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port: 0 });
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new Error(`${host} is no address of this machine${code}`, { cause });
  } finally {
    server.close();
  }
}

function isLoopbackAddress(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
