/** A text without case or Unicode form, found character by character. */
export function foldPlainly(text: string): string {
  return [...text.normalize('NFC')].map(foldCharacter).join('').normalize('NFC');
}

function foldCharacter(character: string): string {
  if (character === 'ı') return character;
  if (character === 'ς') return 'σ';
  return character.toLowerCase().toUpperCase().toLowerCase();
}

/** Orders names as people do: by their letters, then by all else. */
export function compareNames(a: string, b: string): number {
  return comparePoints(lettersOf(a), lettersOf(b)) || comparePoints(a, b);
}

/** What counts first of a name: its letters without case or accents. */
export function lettersOf(name: string): string {
  return [...name.normalize('NFD')]
    .filter((point) => !/[\u0300-\u036F]/.test(point))
    .map(foldCharacter)
    .join('');
}

/** By code point, as UTF-8 sorts. */
function comparePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
