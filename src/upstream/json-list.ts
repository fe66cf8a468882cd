import { jsonParser, type Token } from 'stream-json/parser.js';
import { ExactAssembler } from './exact-json.ts';

/** The largest single value (an element, or what stands beside the list) that is held in memory, in UTF-16 code units. */
const maxValueLength = 16 * 1024 * 1024;

/** Reads `{"<key>":[…]}` piece by piece and hands out the list's elements; what stands beside the list is skipped. */
export interface JsonListReader {
  /** Takes the next piece of the text and returns the elements that it completes. @throws JsonListFault */
  read(text: string): readonly unknown[];
  /** Tells that the text ends here. @throws JsonListFault when that is too early, or no list was there. */
  end(): void;
}

/** What is wrong with the text; reads on from `the body`. */
export class JsonListFault extends Error {
  override readonly name = 'JsonListFault';
}

/** Makes a reader for one text, over stream-json's tokens. */
export function createJsonListReader(key: string): JsonListReader {
  // Whole values only: tokens for pieces of values would cost twice the time and say nothing more.
  const tokenize = jsonParser({ packValues: true, streamValues: false });
  const assembler = new ExactAssembler();
  let place: 'start' | 'object' | 'list' | 'skipped' | 'end' = 'start';
  let currentKey = '';
  let listSeen = false;
  let skippedDepth = 0;
  let unfinished = 0;

  function take(token: Token, elements: unknown[]): void {
    switch (place) {
      case 'start':
        if (token.name !== 'startObject') throw new JsonListFault('must be an object');
        place = 'object';
        return;
      case 'object':
        takeMember(token);
        return;
      case 'list':
        if (token.name === 'endArray' && assembler.done) {
          place = 'object';
          return;
        }
        assembler.consume(token);
        if (assembler.done) elements.push(assembler.current);
        return;
      case 'skipped':
        if (token.name === 'startObject' || token.name === 'startArray') skippedDepth += 1;
        if (token.name === 'endObject' || token.name === 'endArray') skippedDepth -= 1;
        if (skippedDepth === 0) place = 'object';
        return;
      case 'end':
        // The tokenizer itself refuses what follows the end.
        return;
      default:
        place satisfies never;
    }
  }

  function takeMember(token: Token): void {
    if (token.name === 'keyValue') {
      currentKey = token.value;
    } else if (token.name === 'endObject') {
      place = 'end';
    } else if (currentKey === key) {
      // Readers of JSON disagree on which of two equal keys counts, so neither does.
      if (listSeen) throw new JsonListFault(`has more than one ${JSON.stringify(key)}`);
      if (token.name !== 'startArray') throw new JsonListFault(`must have a list at ${JSON.stringify(key)}`);
      listSeen = true;
      place = 'list';
    } else if (token.name === 'startObject' || token.name === 'startArray') {
      place = 'skipped';
      skippedDepth = 1;
    }
  }

  return {
    read(text) {
      const elements: unknown[] = [];
      for (const token of listTokens(tokenize, text)) take(token, elements);
      unfinished = elements.length > 0 ? 0 : unfinished + text.length;
      if (unfinished > maxValueLength) throw new JsonListFault('holds a value that is too large');
      return elements;
    },
    end() {
      if (place !== 'end') throw new JsonListFault('ends too early');
      if (!listSeen) throw new JsonListFault(`must have a list at ${JSON.stringify(key)}`);
    },
  };
}

function listTokens(tokenize: ReturnType<typeof jsonParser>, text: string): readonly Token[] {
  try {
    const tokens = tokenize(text);
    // A symbol stands for "none yet".
    return typeof tokens === 'symbol' ? [] : tokens.values;
  } catch (cause) {
    throw new JsonListFault('is not JSON', { cause });
  }
}
