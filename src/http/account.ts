import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose usage the request may see. */
    account: string;
  }
}

/** The one account there is without authentication. */
export const anonymousAccount = 'default';

/** Gives every request its account. */
export function addAccounts(app: FastifyInstance): void {
  app.decorateRequest('account', anonymousAccount);
}
