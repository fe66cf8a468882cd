import { Assembler } from 'stream-json/assembler.js';

/** A number of a JSON text that JavaScript would write differently: as one of its own numbers, it may lose digits. */
export class ExactNumber {
  /** As it stands in the JSON text. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `JSON.parse`, but for numbers that it would change: those are an {@link ExactNumber}. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, keepDigits);
}

/** Makes values of tokens, but for numbers that JavaScript would change: those are an {@link ExactNumber}. */
export class ExactAssembler extends Assembler {
  override numberValue(text: string): void {
    if (isPlain(text)) super.numberValue(text);
    else this.#place(new ExactNumber(text));
  }

  #place(value: ExactNumber): void {
    const { current, key } = this;
    if (this.done) {
      this.current = value;
    } else if (Array.isArray(current)) {
      current.push(value);
    } else if (typeof current === 'object' && current !== null && key !== null) {
      // An own property, whatever its name.
      Object.defineProperty(current, key, { value, writable: true, enumerable: true, configurable: true });
      this.key = null;
    }
  }
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && !isPlain(source)
    ? new ExactNumber(source)
    : value;
}

function isPlain(number: string): boolean {
  return String(Number(number)) === number;
}
