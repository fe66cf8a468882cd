import type { JSX } from 'preact';

import { formatCount, formatCredits } from '../format.ts';
import type { Bar } from './bar.tsx';
import type { Category } from './stack.ts';

/** The chart's other form: every figure of every bar. */
export function BarTable({
  bars,
  categories,
}: {
  readonly bars: readonly Bar[];
  readonly categories: readonly Category[];
}): JSX.Element {
  return (
    <details class="bar-table">
      <summary>Figures as a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Figures of the chart">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Credits</th>
              <th scope="col">Messages</th>
              {categories.map(({ key, name }) => (
                <th key={key} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ window: { from, totals }, title, parts, running }) => (
              <tr key={from}>
                <th scope="row">
                  {title}
                  {running && ' (not over yet)'}
                </th>
                <td>{formatCredits(totals.creditsUsed)}</td>
                <td>{formatCount(totals.messageCount)}</td>
                {categories.map((category) => {
                  const figures = parts.find((part) => part.category === category)?.figures ?? [];
                  const alone = category.key !== 'others';
                  return (
                    <td key={category.key}>
                      {figures.map(({ name, creditsUsed }) => (
                        <div key={name}>
                          {alone ? formatCredits(creditsUsed) : `${name} ${formatCredits(creditsUsed)}`}
                        </div>
                      ))}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
