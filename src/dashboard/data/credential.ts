/** Where the key or token is kept: it goes when the tab is closed. */
const storageKey = 'usage-credential';

/** What this tab was given to prove whose usage it may see; null: nothing. */
export function readCredential(): string | null {
  return sessionStorage.getItem(storageKey);
}

/** Keeps a key or token for this tab alone; null forgets it. */
export function keepCredential(credential: string | null): void {
  if (credential === null) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, credential);
}

/** The header that carries a credential: tokens are three parts with dots between, keys are not. */
export function credentialHeaders(): Readonly<Record<string, string>> {
  const credential = readCredential();
  if (credential === null) return {};
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)
    ? { authorization: `Bearer ${credential}` }
    : { 'x-api-key': credential };
}
