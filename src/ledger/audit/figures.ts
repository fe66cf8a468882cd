/** A stored figure that is not what it is computed to be anew. */
export interface Difference {
  readonly account: string;
  /** The row: "message 1000", "period 3 slot 1893421". */
  readonly row: string;
  readonly column: string;
  readonly stored: Figure;
  readonly recomputed: Figure;
}

/** A number, or a text such as a hash; null: there is none. */
export type Figure = number | string | null;

/** What an audit came to. */
export interface AuditResult {
  readonly checkedCount: number;
  readonly differingCount: number;
}

/** Compares figures, and counts them. */
export class Figures {
  readonly #onDifference: (difference: Difference) => void;
  #checkedCount = 0;
  #differingCount = 0;

  /** @param onDifference is told of each as it is found: there may be too many to keep. */
  constructor(onDifference: (difference: Difference) => void) {
    this.#onDifference = onDifference;
  }

  /** Compares one row's figures, column by column. A column that one side lacks is null there. */
  compare(
    { account, row }: Pick<Difference, 'account' | 'row'>,
    stored: Readonly<Record<string, Figure>> | null,
    recomputed: Readonly<Record<string, Figure>> | null,
  ): void {
    for (const column of Object.keys(recomputed ?? stored ?? {})) {
      const figures = { stored: stored?.[column] ?? null, recomputed: recomputed?.[column] ?? null };
      this.#checkedCount += 1;
      if (figures.stored === figures.recomputed) continue;
      this.#differingCount += 1;
      this.#onDifference({ account, row, column, ...figures });
    }
  }

  get result(): AuditResult {
    return { checkedCount: this.#checkedCount, differingCount: this.#differingCount };
  }
}
