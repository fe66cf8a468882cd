/** Reads an id: a whole number in its shortest spelling. Null for anything else, which names nothing. */
export function parseId(text: string): number | null {
  return /^(0|-?[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
