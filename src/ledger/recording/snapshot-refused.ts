/**
 * A list of the upstream that is not recorded, though it was read to its end. What was recorded stays; closed periods
 * have nothing to do with it.
 */
export abstract class SnapshotRefused extends Error {
  readonly account: string;
  /** What is wrong with it; for people, without the account. */
  readonly problem: string;

  constructor({ account, problem }: { readonly account: string; readonly problem: string }) {
    super(`account ${account}: ${problem}; nothing was recorded`);
    this.account = account;
    this.problem = problem;
  }
}

/** The snapshot fits neither the open period nor a next one: recording it could only do harm. */
export class SnapshotConflict extends SnapshotRefused {
  override readonly name = 'SnapshotConflict';

  constructor({ account, openPeriodId }: { readonly account: string; readonly openPeriodId: number }) {
    const problem =
      `the list shares no message with the open period ${openPeriodId}, ` +
      'and none of its messages is later than the last of that period';
    super({ account, problem });
  }
}

/** No row of the list could be read. */
export class NothingReadable extends SnapshotRefused {
  override readonly name = 'NothingReadable';

  constructor({
    account,
    rowCount,
    firstProblem,
  }: {
    readonly account: string;
    readonly rowCount: number;
    /** What is wrong with the first row. */
    readonly firstProblem: string;
  }) {
    const rows = rowCount === 1 ? 'the only row of the list' : `none of the ${rowCount} rows of the list`;
    super({ account, problem: `${rows} can be read: ${firstProblem}` });
  }
}

/** The messages of a period would come to more than can be added up exactly. */
export class InexactSum extends SnapshotRefused {
  override readonly name = 'InexactSum';

  constructor({ account, periodId }: { readonly account: string; readonly periodId: number }) {
    super({
      account,
      problem: `the messages of period ${periodId} would come to more than 900,719,925,474 credits, which is beyond exact sums`,
    });
  }
}
