import type { JSX } from 'preact';

import { formatCount, formatCounted, formatCredits } from '../format.ts';
import { follow } from '../url/link.tsx';
import type { Part, UsageWindow } from './stack.ts';

/** A bar: what it stands for, what it is made of and where a click on it leads. */
export interface Bar {
  readonly window: UsageWindow;
  readonly parts: readonly Part[];
  /** Under the bar, in one or two lines. */
  readonly label: readonly string[];
  /** In full, such as "Mon 16-11-2026". */
  readonly title: string;
  /** Whether time has not come to its end yet. */
  readonly running: boolean;
  readonly chosen: boolean;
  /** Null: it leads nowhere. */
  readonly href: string | null;
  readonly go: () => void;
}

/** Where a bar stands, in px. */
export interface BarPlace {
  readonly x: number;
  readonly width: number;
  /** The width that reacts to a pointer: no gap between bars. */
  readonly step: number;
  readonly top: number;
  readonly bottom: number;
  /** The height of an amount above the bottom. */
  readonly y: (amount: number) => number;
}

/** One bar: a link for the pointer and the keyboard, with its figures in its name. */
export function BarLink({
  bar,
  place,
  active,
  part,
  reachable,
  show,
  hold,
}: {
  readonly bar: Bar;
  readonly place: BarPlace;
  readonly active: boolean;
  /** The part that stands out; null: none. */
  readonly part: number | null;
  /** Whether Tab reaches it. */
  readonly reachable: boolean;
  /** Told when somebody comes and goes. */
  readonly show: (focused: boolean | null) => void;
  readonly hold: (element: Element | null) => void;
}): JSX.Element {
  const { x, width, step, top, bottom, y } = place;
  const common = {
    class: `bar${active ? ' active' : ''}${bar.chosen ? ' chosen' : ''}`,
    tabIndex: reachable ? 0 : -1,
    'aria-label': describe(bar),
    ref: hold,
    onFocus: () => show(true),
    onBlur: () => show(null),
    onPointerEnter: () => show(false),
  };
  const drawing = (
    <>
      <rect class="hit" x={x - (step - width) / 2} y={top} width={step} height={bottom - top} />
      {stack(bar.parts).map(({ key, from, to }, index) => (
        <rect
          key={key}
          class={`part ${key}${active && part !== null && part !== index ? ' faint' : ''}`}
          x={x}
          width={width}
          y={y(to)}
          height={Math.max(0, y(from) - y(to))}
        />
      ))}
      {bar.running && (
        <rect
          fill="url(#running)"
          x={x}
          width={width}
          y={y(sizeOf(bar.parts))}
          height={y(0) - y(sizeOf(bar.parts))}
        />
      )}
    </>
  );
  if (bar.href === null)
    return (
      <g {...common} role="img">
        {drawing}
      </g>
    );
  return (
    <a
      {...common}
      href={bar.href}
      aria-current={bar.chosen ? 'true' : undefined}
      onClick={(event) => follow(event, bar.go)}
    >
      {drawing}
    </a>
  );
}

/** The height that the parts have together. */
export function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

interface Stacked {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

function stack(parts: readonly Part[]): readonly Stacked[] {
  let from = 0;
  return parts.map(({ category: { key }, size }) => {
    const stacked = { key, from, to: from + size };
    from = stacked.to;
    return stacked;
  });
}

function describe({ title, window: { totals }, running }: Bar): string {
  const unpriced =
    totals.unpricedCount === 0 ? '' : `, ${formatCount(totals.unpricedCount)} of them unpriced`;
  const messages = formatCounted(totals.messageCount, 'message');
  return `${title}: ${formatCredits(totals.creditsUsed)} credits, ${messages}${unpriced}${running ? ', not over yet' : ''}`;
}
