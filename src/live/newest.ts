/**
 * A place for the newest value alone: a reader that is slow misses the values in between, and nothing piles up.
 * One reader at a time.
 */
export class Newest<T> {
  #value: { readonly it: T } | null = null;
  #hasEnded = false;
  #wake: (() => void) | null = null;

  /** Puts a value in the place of the one that nobody has taken yet. */
  put(value: T): void {
    if (this.#hasEnded) return;
    this.#value = { it: value };
    this.#wake?.();
  }

  /** Lets the reader take the last value, and then end. */
  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  /** Waits for a value and takes it; null at the end. */
  async take(): Promise<{ readonly it: T } | null> {
    while (this.#value === null && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = null;
    const taken = this.#value;
    this.#value = null;
    return taken;
  }
}
