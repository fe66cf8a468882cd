import type { JSX } from 'preact';

import type { Problem } from '../data/problem.ts';

/** A part of the page that cannot be shown, with the service's own words. */
export function Refused({
  problem,
}: {
  readonly problem: Extract<Problem, { kind: 'refused' }>;
}): JSX.Element {
  return (
    <p class="refused" role="alert">
      {problem.message}
    </p>
  );
}
