import type { JSX } from 'preact';

import { formatCount, formatCounted, formatCredits } from '../format.ts';
import type { Bar } from './bar.tsx';

const tipWidth = 264;
// Of a bar with hundreds of reports, the table shows all.
const maxFigures = 8;

/** The exact figures of one bar, beside it. Readers of the screen have them from the bar itself and from the table. */
export function BarTip({
  bar,
  part,
  at,
  width,
}: {
  readonly bar: Bar;
  /** The part that arrows have reached. */
  readonly part: number | null;
  /** The bar's middle, in px. */
  readonly at: number;
  readonly width: number;
}): JSX.Element {
  const { totals } = bar.window;
  const figures = bar.parts.flatMap(({ category, figures: own }, place) =>
    own.map((figure) => ({ ...figure, key: category.key, place })),
  );
  const left = Math.min(Math.max(0, at - tipWidth / 2), Math.max(0, width - tipWidth));
  return (
    <div class="bar-tip" style={{ left: `${left}px` }} aria-hidden="true">
      <p class="bar-tip-title">
        {bar.title}
        {bar.running && <span class="tag">not over yet</span>}
      </p>
      <p class="bar-tip-total">
        <strong>{formatCredits(totals.creditsUsed)}</strong> credits ·{' '}
        {formatCounted(totals.messageCount, 'message')}
        {totals.unpricedCount > 0 && ` · ${formatCount(totals.unpricedCount)} unpriced`}
      </p>
      <ul>
        {figures
          .toReversed()
          .slice(0, maxFigures)
          .map(({ name, key, creditsUsed, place }) => (
            <li key={name} class={part === null || place === part ? '' : 'faint'}>
              <span class={`swatch ${key}`} />
              <span class="name">{name}</span>
              <span class="figure">{formatCredits(creditsUsed)}</span>
            </li>
          ))}
      </ul>
      {figures.length > maxFigures && (
        <p class="quiet">and {formatCount(figures.length - maxFigures)} more in the table below</p>
      )}
    </div>
  );
}
