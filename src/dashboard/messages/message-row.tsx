import type { JSX } from 'preact';

import { formatCredits, formatTime } from '../format.ts';
import { Receipt } from './receipt.tsx';
import type { MessageList } from './use-calm-list.ts';

type Message = MessageList['nodes'][number];

// More than fits the two lines of a row, so that the rest need not be laid out.
const shownCharacters = 240;

/** One message, and its receipt once the row is opened. */
export function MessageRow({
  message: { id, timestamp, text, report, reportId, pricing, creditsUsed },
  timeZone,
  open,
  toggle,
}: {
  readonly message: Message;
  readonly timeZone: string;
  readonly open: boolean;
  readonly toggle: () => void;
}): JSX.Element {
  return (
    <>
      <tr
        class={open ? 'row open' : 'row'}
        onClick={({ target }) => {
          // A user who marks a text does not mean to open the row; the button counts its own clicks.
          if (String(getSelection()) === '' && target instanceof Element && target.closest('button') === null)
            toggle();
        }}
      >
        <td class="id">
          <button
            type="button"
            class="row-button"
            aria-expanded={open}
            aria-label={`Receipt of message ${id}`}
            onClick={toggle}
          >
            <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M3 1.5 7 5 3 8.5" />
            </svg>
            {id}
          </button>
        </td>
        <td class="time">
          <time dateTime={timestamp}>{formatTime(timestamp, timeZone)}</time>
        </td>
        <td class="report" dir="auto">
          {report?.name ??
            (pricing === 'UNPRICED' && reportId !== null ? <span class="quiet">report {reportId}</span> : '')}
        </td>
        <td class="text">
          <span class="cut" dir="auto">
            {text === null ? <em class="quiet">no longer kept</em> : text.slice(0, shownCharacters)}
          </span>
        </td>
        <td class="credits">
          {creditsUsed === null ? (
            <span class="unpriced" title="Its report could not be read yet. It is priced once it can.">
              –<span class="visually-hidden"> unpriced: its report could not be read yet</span>
            </span>
          ) : (
            formatCredits(creditsUsed)
          )}
        </td>
      </tr>
      {open && (
        <tr class="receipt-row">
          <td colSpan={5}>
            <Receipt id={id} text={text} />
          </td>
        </tr>
      )}
    </>
  );
}
