import { max } from 'd3-array';
import { scaleBand, scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

import { formatCount, formatCredits } from '../format.ts';
import { type Bar, BarLink, sizeOf } from './bar.tsx';
import { BarTip } from './bar-tip.tsx';
import type { Part } from './stack.ts';
import { useWidth } from './use-width.ts';

const height = 260;
const margin = { top: 12, right: 4, bottom: 40, left: 52 };
const minLabelWidth = 46;

/** Bars over an index: their places come from their number, so that no clock change can move them. */
export function BarChart({
  bars,
  label,
}: {
  readonly bars: readonly Bar[];
  readonly label: string;
}): JSX.Element {
  const [frame, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const [part, setPart] = useState<number | null>(null);
  const links = useRef(new Map<number, SVGElement>());
  // The one bar that Tab reaches; arrows reach the others.
  const [stop, setStop] = useState(0);
  const reachable = Math.min(stop, bars.length - 1);

  const x = scaleBand<number>()
    .domain(bars.map((_bar, index) => index))
    .range([margin.left, Math.max(margin.left + 1, width - margin.right)])
    .paddingInner(bars.length > 120 ? 0 : 0.28)
    .paddingOuter(0.14);
  const highest = max(bars, ({ parts }) => sizeOf(parts)) ?? 0;
  const y = scaleLinear()
    .domain([0, highest === 0 ? 1 : highest])
    .range([height - margin.bottom, margin.top])
    .nice(4);
  const labelStep = Math.max(1, Math.ceil(minLabelWidth / x.step()));

  function show(index: number | null): void {
    setActive(index);
    setPart(null);
  }
  function onKeyDown(event: KeyboardEvent): void {
    const at = active ?? reachable;
    const parts = bars[at]?.parts.length ?? 0;
    const next = nextBar(event.key, at, bars.length);
    if (next !== null) links.current.get(next)?.focus();
    else if (event.key === 'ArrowUp') setPart(part === null ? 0 : Math.min(part + 1, parts - 1));
    else if (event.key === 'ArrowDown') setPart(part === null || part === 0 ? null : part - 1);
    else if (event.key === 'Escape') show(null);
    else return;
    event.preventDefault();
  }

  const shown = active === null ? undefined : bars[active];
  return (
    <div class="bar-chart" ref={frame} onPointerLeave={() => show(null)}>
      <svg width={width} height={height} role="group" aria-label={label} onKeyDown={onKeyDown}>
        <defs>
          <pattern
            id="running"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect class="running-stripe" width="2.5" height="6" />
          </pattern>
        </defs>
        <g class="axis" aria-hidden="true">
          {y.ticks(4).map((tick) => (
            <g key={tick}>
              <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
              <text x={margin.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
                {formatCount(tick)}
              </text>
            </g>
          ))}
        </g>
        {width > 0 &&
          bars.map((bar, index) => (
            <BarLink
              key={bar.window.from}
              bar={bar}
              place={{
                x: x(index) ?? 0,
                width: Math.max(1, x.bandwidth()),
                step: x.step(),
                top: margin.top,
                bottom: height,
                y,
              }}
              active={index === active}
              part={part}
              reachable={index === reachable}
              show={(focused) => {
                if (focused === true) setStop(index);
                show(focused === null ? null : index);
              }}
              hold={(element) => {
                if (element instanceof SVGElement) links.current.set(index, element);
                else links.current.delete(index);
              }}
            />
          ))}
        <g class="labels" aria-hidden="true">
          {bars.map(({ window, label: lines, chosen }, index) =>
            index % labelStep === 0 ? (
              <text key={window.from} class={chosen ? 'chosen' : ''} text-anchor="middle">
                {lines.map((line, place) => (
                  <tspan
                    key={line}
                    x={(x(index) ?? 0) + x.bandwidth() / 2}
                    y={height - margin.bottom + 16 + 14 * place}
                  >
                    {line}
                  </tspan>
                ))}
              </text>
            ) : null,
          )}
        </g>
      </svg>
      {shown !== undefined && active !== null && (
        <BarTip bar={shown} part={part} at={(x(active) ?? 0) + x.bandwidth() / 2} width={width} />
      )}
      <p class="visually-hidden" role="status">
        {part === null ? '' : describePart(shown?.parts[part])}
      </p>
    </div>
  );
}

function nextBar(key: string, at: number, count: number): number | null {
  if (key === 'ArrowLeft') return Math.max(0, at - 1);
  if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

function describePart(part: Part | undefined): string {
  return (part?.figures ?? [])
    .map(({ name, creditsUsed }) => `${name}: ${formatCredits(creditsUsed)} credits`)
    .join('; ');
}
