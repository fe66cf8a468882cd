import type { JSX } from 'preact';

import type { Category } from './stack.ts';

/** What the colours of the bars stand for. */
export function Legend({ categories }: { readonly categories: readonly Category[] }): JSX.Element {
  return (
    <ul class="legend">
      {categories.map(({ key, name }) => (
        <li key={key}>
          <span class={`swatch ${key}`} aria-hidden="true" />
          <span class="name">{name}</span>
        </li>
      ))}
    </ul>
  );
}
