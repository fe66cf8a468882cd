import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';

import type { DashboardMessagesQuery } from '../../../schema/generated/graphql.ts';

/** A page of messages, as the service gives it. */
export type MessageList = NonNullable<DashboardMessagesQuery['usage']>['messages'];

/** The page that is shown, and what waits to be shown. */
export interface CalmList {
  readonly messages: MessageList | null;
  /** How many messages of a newer page are not shown yet; null: none waits. */
  readonly waiting: number | null;
  /** Shows the newer page. */
  readonly show: () => void;
}

/**
 * Keeps rows where they are while somebody reads them: a newer page is shown at once where no row moves, or nobody has
 * come to the list yet; else it waits until it is asked for.
 * @param key names the list that the newest page belongs to; null: it belongs to the question before.
 */
export function useCalmList(
  newest: MessageList | null,
  key: string | null,
  section: RefObject<HTMLElement | null>,
): CalmList {
  const shown = useRef<{ readonly messages: MessageList; readonly key: string } | null>(null);
  const [, draw] = useState({});
  if (newest === null) shown.current = null;
  else if (key !== null && shown.current?.messages !== newest) {
    const before = shown.current;
    if (
      before === null ||
      before.key !== key ||
      staysInPlace(before.messages, newest) ||
      !isRead(section.current)
    )
      shown.current = { messages: newest, key };
  }
  const messages = shown.current?.messages ?? newest;
  return {
    messages,
    waiting: messages === null || newest === null || messages === newest ? null : countNew(messages, newest),
    show() {
      if (newest !== null && key !== null) shown.current = { messages: newest, key };
      draw({});
    },
  };
}

function staysInPlace(before: MessageList, after: MessageList): boolean {
  return before.nodes.every(({ id }, index) => after.nodes[index]?.id === id);
}

function countNew(before: MessageList, after: MessageList): number {
  const known = new Set(before.nodes.map(({ id }) => id));
  return after.nodes.filter(({ id }) => !known.has(id)).length;
}

/** Whether somebody has scrolled into the list, opened a row or moved the keyboard there. */
function isRead(section: HTMLElement | null): boolean {
  const table = section?.querySelector('table');
  if (table === null || table === undefined) return false;
  return (
    table.contains(document.activeElement) ||
    table.getBoundingClientRect().top < 0 ||
    table.querySelector('[aria-expanded="true"]') !== null
  );
}
