/** The different words of one text. */
export interface SeenWords {
  /** Adds the word of `text` from `start` up to `end`, not including it. Tells whether it is new. */
  add(text: string, start: number, end: number, hash: number): boolean;
}

/** Longer texts use a `Set`; this bounds the memory that is kept between texts. */
const tableCharacters = 4096;

/** An empty collection for one text of that many characters; at most one is in use at a time. */
export function startSeenWords(textLength: number): SeenWords {
  return textLength > tableCharacters ? new WordSet() : wordTable.clear(textLength);
}

/**
 * An open hash table, used for text after text. It knows a word by its place in the text and compares words
 * there, so that a text of usual length leaves no garbage.
 */
class WordTable implements SeenWords {
  /** 1 + the index of a word's first character, or 0 where the slot is free. */
  private readonly slots = new Int32Array(tableCharacters);
  /** By slot: the length of its word, in code units. */
  private readonly lengths = new Int32Array(tableCharacters);
  private slotMask = 0;

  clear(textLength: number): this {
    // A word and the gap after it take two characters: with a slot for each character, half stay free.
    const slotCount = 1 << (32 - Math.clz32(textLength - 1));
    this.slotMask = slotCount - 1;
    this.slots.fill(0, 0, slotCount);
    return this;
  }

  add(text: string, start: number, end: number, hash: number): boolean {
    // The upper bits of the hash are the better mixed ones.
    let slot = (hash ^ (hash >>> 15)) & this.slotMask;
    for (;;) {
      const entry = this.slots[slot] ?? 0;
      if (entry === 0) {
        this.slots[slot] = start + 1;
        this.lengths[slot] = end - start;
        return true;
      }
      if (this.lengths[slot] === end - start && isWordAt(entry - 1, text, start, end)) return false;
      slot = (slot + 1) & this.slotMask;
    }
  }
}

/** Is the word of the same length that begins at `place` the one from `start` to `end`? */
function isWordAt(place: number, text: string, start: number, end: number): boolean {
  const length = end - start;
  for (let offset = 0; offset < length; offset += 1) {
    if (text.charCodeAt(place + offset) !== text.charCodeAt(start + offset)) return false;
  }
  return true;
}

/**
 * For long texts: linear even when the words were chosen to collide, since V8 seeds its hashes. In the table
 * they would cost the square of their number.
 */
class WordSet implements SeenWords {
  private readonly words = new Set<string>();

  add(text: string, start: number, end: number): boolean {
    const sizeBefore = this.words.size;
    this.words.add(text.slice(start, end));
    return this.words.size > sizeBefore;
  }
}

const wordTable = new WordTable();
