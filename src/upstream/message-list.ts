import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Message } from '../billing/message.ts';
import { type CallFacts, InvalidResponse } from './errors.ts';
import { createJsonListReader, JsonListFault, type JsonListReader } from './json-list.ts';
import { decodeMessage, type InvalidMessage, isInvalidMessage } from './message-json.ts';
import { createUtf8Reader } from './utf8-reader.ts';

/** Some messages of the current period, in the upstream's order. */
export interface MessageBatch {
  readonly messages: readonly Message[];
  /** Those between them that could not be counted as they stand. */
  readonly invalid: readonly InvalidMessage[];
}

/** Messages of one batch, counted or not. */
const maxBatchMessages = 1000;
/** Text of one batch, in UTF-16 code units: a thousand texts of full length would fill the memory. */
const maxBatchTextLength = 4 * 1024 * 1024;

/**
 * Decodes a messages body as it arrives. The last batch comes only when the body has proved whole.
 * @param onEnd is told when it has, before that batch.
 * @throws InvalidResponse when the body is no whole `{"messages":[…]}`; whatever `chunks` throws.
 */
export async function* readMessageList(
  chunks: AsyncIterable<Uint8Array>,
  call: CallFacts,
  onEnd: () => void = () => {},
): AsyncGenerator<MessageBatch, void, undefined> {
  const reader = createJsonListReader('messages');
  const utf8 = createUtf8Reader(call);
  let index = 0;
  let batch = createBatch();
  for await (const chunk of chunks) {
    const text = utf8.read(chunk);
    for (const element of checkFaults(call, () => reader.read(text))) {
      addElement(batch, element, index++);
      if (isFull(batch)) {
        yield batch;
        batch = createBatch();
        // The body may have been buffered whole, and other work must get its turn.
        await yieldToEventLoop();
      }
    }
  }
  const lastText = utf8.end();
  checkFaults(call, () => endList(reader, lastText));
  onEnd();
  if (batch.messages.length + batch.invalid.length > 0) yield batch;
}

interface OpenBatch extends MessageBatch {
  readonly messages: Message[];
  readonly invalid: InvalidMessage[];
  textLength: number;
}

function createBatch(): OpenBatch {
  return { messages: [], invalid: [], textLength: 0 };
}

function addElement(batch: OpenBatch, element: unknown, index: number): void {
  const outcome = decodeMessage(element, index);
  if (isInvalidMessage(outcome)) {
    batch.invalid.push(outcome);
  } else {
    batch.messages.push(outcome);
    batch.textLength += outcome.text.length + outcome.timestamp.length;
  }
}

function isFull(batch: OpenBatch): boolean {
  return (
    batch.messages.length + batch.invalid.length >= maxBatchMessages || batch.textLength >= maxBatchTextLength
  );
}

function endList(reader: JsonListReader, lastText: string): void {
  reader.read(lastText);
  reader.end();
}

function checkFaults<T>(call: CallFacts, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof JsonListFault)) throw cause;
    throw new InvalidResponse({ ...call, problem: `the body ${cause.message}` }, { cause });
  }
}
