import type { Confirmation } from './account-reads.ts';
import { UsageSession, type UsageSources } from './usage-session.ts';

/** An answer, and whether it is known to be of one state of the ledger. */
export interface OneStateAnswer<Answer> {
  readonly answer: Answer;
  /** False: nothing is recorded, the ledger went away, or a pull was recorded during each of the tries. */
  readonly isWhole: boolean;
}

// A pull seldom falls into the milliseconds of one answer. After three such pulls the last answer has to do.
const maxTries = 3;

/** Opens the sessions in which requests read usage. */
export class UsageReader {
  readonly #sources: UsageSources;

  constructor(sources: UsageSources) {
    this.#sources = sources;
  }

  /** @param account whose usage it is; it comes from the credential. */
  openSession(account: string): UsageSession {
    return new UsageSession(account, this.#sources);
  }

  /**
   * Makes an answer of one state of the ledger. It makes the answer again, in a new session, when a pull was recorded
   * meanwhile.
   * @throws what `make` throws
   */
  async readOneState<Answer>(
    account: string,
    make: (session: UsageSession) => Promise<Answer>,
  ): Promise<OneStateAnswer<Answer>> {
    for (let triesLeft = maxTries; ; triesLeft -= 1) {
      const session = this.openSession(account);
      const answer = await make(session);
      const confirmation: Confirmation = await session.confirm();
      if (confirmation === 'moved' && triesLeft > 1) continue;
      return { answer, isWhole: confirmation === 'whole' };
    }
  }
}
