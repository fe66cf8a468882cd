import type { JSX } from 'preact';

import { MessageReceiptDocument } from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { Refused } from '../notices/refused.tsx';
import { Steps } from './steps.tsx';

/** A message's whole text, and the steps that its price adds up from. */
export function Receipt({ id, text }: { readonly id: string; readonly text: string | null }): JSX.Element {
  const { data, problem } = useQuery(MessageReceiptDocument, { id });
  const message = data?.message;
  return (
    <div class="receipt">
      {text !== null && text !== '' && (
        <blockquote dir="auto" tabIndex={0} aria-label={`Text of message ${id}`}>
          {text}
        </blockquote>
      )}
      {problem?.kind === 'refused' ? (
        <Refused problem={problem} />
      ) : message == null ? (
        <div class="skeleton steps" aria-hidden="true" />
      ) : message.charge === null ? (
        <p class="note">
          It has no price yet, because its report could not be read. It is priced once it can.
        </p>
      ) : (
        <Steps charge={message.charge} label={`Receipt of message ${id}`} />
      )}
    </div>
  );
}
