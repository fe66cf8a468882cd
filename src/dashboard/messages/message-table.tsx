import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { MessageRow } from './message-row.tsx';
import { SortHeader } from './sort-header.tsx';
import type { MessageList } from './use-calm-list.ts';

/** The messages of one page. A row opens to its receipt. */
export function MessageTable({
  messages,
  timeZone,
  faded,
}: {
  readonly messages: MessageList['nodes'];
  readonly timeZone: string;
  /** Whether these are the rows of the question before. */
  readonly faded: boolean;
}): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  function toggle(id: string): void {
    setOpen((before) =>
      before.has(id) ? new Set([...before].filter((other) => other !== id)) : new Set([...before, id]),
    );
  }
  return (
    <table class={`message-table${faded ? ' faded' : ''}`}>
      <caption class="visually-hidden">
        Messages. A column’s button sorts by it; further ones sort what is equal in the first.
      </caption>
      <thead>
        <tr>
          <th scope="col" class="id">
            Id
          </th>
          <SortHeader field="time" label="Time" />
          <SortHeader field="report" label="Report" />
          <th scope="col" class="text">
            Text
          </th>
          <SortHeader field="credits" label="Credits" />
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <MessageRow
            key={message.id}
            message={message}
            timeZone={timeZone}
            open={open.has(message.id)}
            toggle={() => toggle(message.id)}
          />
        ))}
        {messages.length === 0 && (
          <tr>
            <td colSpan={5} class="nothing">
              No message fits.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
