import type { FastifyInstance } from 'fastify';

import { unauthenticated } from '../refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose usage the request may see. Reading it throws a `Refusal` while nobody is known to ask. */
    readonly account: string;
    /** The same, or null while nobody is known to ask. Only the authentication hook sets it. */
    knownAccount: string | null;
    /** Whether the request may change budgets and the like. Only the authentication hook sets it. */
    mayWrite: boolean;
    /** When the credential ends, epoch ms; null: never. Only the authentication sets it. */
    credentialEndsMs: number | null;
  }
  interface FastifyContextConfig {
    /** Served to anybody: no credential is asked for, none is looked at, nothing is counted. */
    readonly open?: boolean;
  }
}

/** The one account there is without authentication. */
export const anonymousAccount = 'default';

/** The account whose API keys may read `/metrics` from afar. */
export const operatorAccount = 'ops';

/** What an account id looks like, wherever one comes from. */
export const accountPattern = /^[A-Za-z0-9_][A-Za-z0-9_.:@|-]{0,127}$/;

/** The same, in words that complete "must be …". */
export const accountWords =
  '1 to 128 letters, digits or any of _ . : @ | -, the first a letter, a digit or _';

/** Whom a credential speaks for. */
export interface Caller {
  readonly account: string;
  /** Whether it may change budgets and the like. */
  readonly mayWrite: boolean;
  /** When the credential ends, epoch ms; null: never. */
  readonly endsMs: number | null;
}

/** Gives every request a place for its account. */
export function addAccounts(app: FastifyInstance): void {
  app.decorateRequest('knownAccount', null);
  app.decorateRequest('mayWrite', false);
  app.decorateRequest('credentialEndsMs', null);
  app.decorateRequest('account', {
    getter() {
      // A route that was forgotten by the authentication shows nothing rather than somebody's usage.
      if (this.knownAccount === null) throw unauthenticated();
      return this.knownAccount;
    },
  });
}
