import { waitUntil } from '../support/app.ts';

/** One client's event stream, read as it comes. */
export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  /** The results that came so far, in order. */
  readonly results: readonly unknown[];
  /** Names of all events so far. */
  readonly names: readonly string[];
  readonly hasEnded: boolean;
  /** Waits for the result with this number, from 1, and gives it. */
  result(number: number): Promise<unknown>;
  close(): void;
}

/** Subscribes over server-sent events, as `curl -N` does: with nothing but an HTTP request. */
export async function openEventStream(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
  body: object = { query },
): Promise<EventStream> {
  const cut = new AbortController();
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
    signal: cut.signal,
  });
  const results: unknown[] = [];
  const names: string[] = [];
  const stream = {
    status: response.status,
    headers: response.headers,
    results,
    names,
    hasEnded: false,
    async result(number: number) {
      await waitUntil(() => results.length >= number);
      return results[number - 1];
    },
    close: () => cut.abort(),
  };
  void readAll();
  return stream;

  async function readAll(): Promise<void> {
    await read(response, (name, data) => {
      names.push(name);
      if (name === 'next') results.push(JSON.parse(data));
    });
    stream.hasEnded = true;
  }
}

async function read({ body }: Response, onEvent: (name: string, data: string) => void): Promise<void> {
  if (body === null) return;
  let rest = '';
  try {
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event)?.[1];
        if (name !== undefined) onEvent(name, /^data: (.*)$/m.exec(event)?.[1] ?? '');
      }
    }
  } catch {
    // Cut off, by the test or by the server.
  }
}
