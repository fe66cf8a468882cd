/**
 * A text for a cell that no spreadsheet runs as a formula: one that would begin like a formula gets an apostrophe before
 * it. Spreadsheets skip what cannot be seen, and read full-width signs as the plain ones.
 */
export function toCell(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}

// White space, control and format characters, zero-width and other characters that take no place, and lone marks.
const unseen = /^[\s\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]+/u;

function looksLikeFormula(text: string): boolean {
  // A tab or a line break at the start begins a new cell when the text is pasted.
  if (/^[\t\r\n]/.test(text)) return true;
  const seen = text.replace(unseen, '');
  const first = seen.codePointAt(0);
  // Compatibility forms, such as full-width, small and superscript ones, are those signs to a spreadsheet.
  return first !== undefined && /^[=+\-−@]/.test(String.fromCodePoint(first).normalize('NFKC'));
}
