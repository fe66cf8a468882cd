import type { BarSize } from '../url/view.ts';

/** How long bars are offered to be: never so many that they cannot be told apart. */
export function sizesFor(lengthMs: number): readonly BarSize[] {
  const days = lengthMs / 86_400_000;
  return [
    ...(days <= maxBars ? (['day'] as const) : []),
    ...(days > 7 && days <= maxBars * 7 ? (['week'] as const) : []),
    ...(days > 31 ? (['month'] as const) : []),
  ];
}

/** How long bars are when nobody has chosen. */
export function sizeFor(lengthMs: number): BarSize {
  const days = lengthMs / 86_400_000;
  if (days <= 62) return 'day';
  return days <= 430 ? 'week' : 'month';
}

const maxBars = 400;
