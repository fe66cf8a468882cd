/**
 * Folds a text's case as Unicode's full case folding does, so that texts that differ in case alone become one: `Straße`
 * and `STRASSE` are `strasse`. Each character folds alike wherever it stands: no sigma is a final one.
 */
export function foldCase(text: string): string {
  // The dotless i is the one letter that goes up to another letter's capital and yet folds to itself.
  return text
    .split('ı')
    .map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ'))
    .join('ı');
}
