import { addUp, type SlotTotals, type UsageTotals } from '../../src/ledger/reading/sums.ts';
import { boundWindows, dealOut, type TimeSpan, type WindowCut } from '../../src/usage/time-windows.ts';

/** Windows with their totals, as reading folds them; weeks begin on Monday unless told otherwise. */
export function foldWindows({
  slots,
  firstMs,
  lastMs,
  ...cut
}: Omit<WindowCut, 'weekStart'> &
  Partial<Pick<WindowCut, 'weekStart'>> &
  TimeSpan & { readonly slots: readonly SlotTotals[] }): readonly {
  readonly fromMs: number;
  readonly toMs: number;
  readonly totals: UsageTotals;
}[] {
  const bounds = boundWindows({ weekStart: 'MONDAY', ...cut }, { firstMs, lastMs });
  return dealOut(bounds, slots).map(({ fromMs, toMs, slots: own }) => ({ fromMs, toMs, totals: addUp(own) }));
}
