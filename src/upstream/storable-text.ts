/**
 * Makes a text that every database and encoder can hold: lone surrogates and U+0000 become U+FFFD. Each is replaced by
 * one character that is neither letter nor digit, as it was one itself, so the charge stays the same.
 */
export function makeStorable(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}
