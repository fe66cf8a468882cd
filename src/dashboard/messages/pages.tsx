import type { JSX, RefObject } from 'preact';

import { ViewLink } from '../url/link.tsx';
import { useNavigation } from '../url/use-view.ts';
import type { Page } from '../url/view.ts';
import type { MessageList } from './use-calm-list.ts';

/** The ways to the next page and back. */
export function Pages({
  pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor },
  top,
}: {
  readonly pageInfo: MessageList['pageInfo'];
  /** Where a page begins. */
  readonly top: RefObject<HTMLElement | null>;
}): JSX.Element | null {
  const { view } = useNavigation();
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <nav class="pages" aria-label="Pages of messages">
      {link('before', hasPreviousPage ? startCursor : null, '← Previous')}
      {link('after', hasNextPage ? endCursor : null, 'Next →')}
    </nav>
  );

  function link(side: Page['side'], cursor: string | null, label: string): JSX.Element {
    if (cursor === null)
      return (
        <span class="button disabled" aria-hidden="true">
          {label}
        </span>
      );
    return (
      <ViewLink
        class="button"
        to={{ ...view, page: { side, cursor } }}
        onFollow={() => top.current?.scrollIntoView({ block: 'start' })}
      >
        {label}
      </ViewLink>
    );
  }
}
