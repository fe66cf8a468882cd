/** A decimal number as it was written: `digits` × 10^`exponent`, exactly. */
export interface Decimal {
  readonly isNegative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const decimalNumber = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Reads a decimal number, with an exponent or without, and loses no digit of it; null when the text is none. */
export function parseDecimal(text: string): Decimal | null {
  const match = decimalNumber.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const written = whole + fraction;
  // Counted by hand: a pattern for zeros at the end would be tried at each of a million zeros.
  let start = 0;
  while (written[start] === '0') start += 1;
  let end = written.length;
  while (end > start && written[end - 1] === '0') end -= 1;
  const digits = written.slice(start, end);
  return {
    isNegative: sign === '-' && digits !== '',
    digits,
    exponent: digits === '' ? 0 : Number(exponent) - fraction.length + (written.length - end),
  };
}

/** Whether the number has no fraction. */
export function isWhole({ exponent }: Decimal): boolean {
  return exponent >= 0;
}

/**
 * The number in steps of 10^-`decimals`, rounded half away from zero, and whether that changed it; null when the steps
 * are beyond 2^53 - 1, where they would not be exact.
 */
export function countSteps(
  { isNegative, digits, exponent }: Decimal,
  decimals: number,
): { readonly steps: number; readonly isRounded: boolean } | null {
  if (digits === '') return { steps: 0, isRounded: false };
  const shift = exponent + decimals;
  // How many digits stand before the point, counted in steps; 2^53 has 16.
  const places = digits.length + shift;
  if (places > 16) return null;
  const isRounded = shift < 0;
  const kept = shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, Math.max(places, 0));
  const next = isRounded && places >= 0 ? (digits[places] ?? '0') : '0';
  const steps = Number(kept) + (next >= '5' ? 1 : 0);
  if (!Number.isSafeInteger(steps)) return null;
  return { steps: isNegative && steps > 0 ? -steps : steps, isRounded };
}
