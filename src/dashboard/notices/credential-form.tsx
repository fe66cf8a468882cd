import type { JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';

import { keepCredential, readCredential } from '../data/credential.ts';
import { ClientContext } from '../data/use-query.ts';

/** Asks for a key or token. It stays in this tab, and goes with it. */
export function CredentialForm(): JSX.Element {
  const client = useContext(ClientContext);
  const [refused] = useState(() => readCredential() !== null);
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const typed = new FormData(event.currentTarget).get('credential');
    // A header takes no other characters, and no key or token has any.
    const credential = typeof typed === 'string' ? typed.replaceAll(/[^\x21-\x7e]/g, '') : '';
    if (credential === '') return;
    keepCredential(credential);
    client.reset();
  }
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <h2>Whose usage is it?</h2>
        <p class="quiet" id="credential-help">
          Give an API key or a token. It is kept until this tab is closed, and goes nowhere but to this
          service.
        </p>
        <label htmlFor="credential">API key or token</label>
        <input
          id="credential"
          name="credential"
          type="password"
          required
          autocomplete="off"
          aria-describedby={refused ? 'credential-fault' : 'credential-help'}
          aria-invalid={refused}
        />
        {refused && (
          <p class="field-fault" id="credential-fault" role="alert">
            The last one is not accepted, or no longer.
          </p>
        )}
        <button type="submit" class="button">
          Show the usage
        </button>
      </form>
    </main>
  );
}
