import type { ComponentChildren, JSX } from 'preact';

import { writeAddress } from './address.ts';
import { useNavigation } from './use-view.ts';
import type { View } from './view.ts';

/** What links of this page carry. */
interface LinkAttributes {
  readonly class?: string;
  readonly 'aria-current'?: 'page' | 'true' | undefined;
  readonly children: ComponentChildren;
  /** Done besides, at a click that stays in this page. */
  readonly onFollow?: () => void;
}

/** A link to another view: a plain one for every other use than a click. */
export function ViewLink({
  to,
  onFollow,
  children,
  ...rest
}: { readonly to: View } & LinkAttributes): JSX.Element {
  const { go } = useNavigation();
  const onClick = (event: MouseEvent): void =>
    follow(event, () => {
      onFollow?.();
      go(to);
    });
  return (
    <a {...rest} href={hrefOf(to)} onClick={onClick}>
      {children}
    </a>
  );
}

/** The address of a view, for `href`. */
export function hrefOf(view: View): string {
  return `${location.pathname}${writeAddress(view)}`;
}

/** Does at a plain click what the link says, without loading the page anew; other clicks are the browser's. */
export function follow(event: MouseEvent, go: () => void): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go();
}
