import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { EstimateDocument, type EstimateQuery } from '../../../schema/generated/graphql.ts';
import { request } from '../data/request.ts';
import { formatCredits } from '../format.ts';
import { Steps } from '../messages/steps.tsx';

type Charge = NonNullable<EstimateQuery['estimate']>;

// Long enough that a fast typist asks once a word, short enough to seem at once.
const pauseMs = 120;

/** The price of a text before it is sent, by the very rules that charge it. */
export function Estimate(): JSX.Element {
  const [text, setText] = useState('');
  const [charge, setCharge] = useState<Charge | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  useEffect(() => {
    if (text === '') return undefined;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      void ask(text, ending.signal);
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [text]);

  async function ask(asked: string, signal: AbortSignal): Promise<void> {
    const result = await estimate(asked, signal);
    if (result === null) return;
    setCharge(result.charge);
    setFault(result.fault);
  }

  const shown = text === '' ? null : charge;
  return (
    <section class="estimate card" aria-labelledby="estimate-title">
      <div class="card-head">
        <h2 id="estimate-title">Estimate</h2>
      </div>
      <div class="estimate-body">
        <div class="field">
          <label htmlFor="estimate-text">What would a text cost?</label>
          <textarea
            id="estimate-text"
            rows={5}
            dir="auto"
            placeholder="Type a message"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <div class="estimate-result">
          <p role="status">
            <strong class="price">{shown === null ? '–' : formatCredits(shown.credits)}</strong> credits
          </p>
          {fault !== null && text !== '' && (
            <p class="field-fault" role="alert">
              {fault}
            </p>
          )}
          {shown !== null && <Steps charge={shown} label="Steps of the estimate" />}
        </div>
      </div>
    </section>
  );
}

interface Estimated {
  readonly charge: Charge | null;
  readonly fault: string | null;
}

/** Null: the text has changed meanwhile. */
async function estimate(text: string, signal: AbortSignal): Promise<Estimated | null> {
  try {
    // What somebody only tries out must stand in no log.
    const { data, problem } = await request(EstimateDocument, { input: { text } }, { secret: true, signal });
    if (problem === null) return { charge: data.estimate ?? null, fault: null };
    if (problem.kind === 'refused') return { charge: null, fault: problem.message };
    return { charge: null, fault: 'The service gives no price at the moment.' };
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
