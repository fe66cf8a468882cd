/** A credential is missing or no good. Its sender is never told why; the log at `debug` and a metric are. */
export class CredentialRefused extends Error {
  /** A word for the metric, such as `missing`, `unknown_api_key`, `expired`, `signature` or `claim_aud`. */
  readonly reason: string;

  constructor({ reason }: { readonly reason: string }, options?: ErrorOptions) {
    super(`the credential was refused: ${reason}`, options);
    this.name = 'CredentialRefused';
    this.reason = reason;
  }
}
