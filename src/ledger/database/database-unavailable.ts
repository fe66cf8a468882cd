/**
 * The database did not do what it was asked: it is down, too slow, full or locked. Nothing of the statement holds, but
 * of one that ended a transaction nobody can tell. The same may work in a moment.
 */
export class DatabaseUnavailable extends Error {
  constructor({ reason }: { readonly reason: string }, options?: ErrorOptions) {
    super(`the database is unavailable: ${reason}`, options);
    this.name = 'DatabaseUnavailable';
  }
}
