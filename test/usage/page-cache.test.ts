import { expect, it } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import { ChargedMessage } from '../../src/usage/charged-message.ts';
import type { MessagePage } from '../../src/usage/message-page.ts';
import { createPageCache } from '../../src/usage/page-cache.ts';
import { report, reportMessage, textMessage } from '../ledger/priced-messages.ts';

const maxBytes = 100_000;
const long = 'a'.repeat(maxBytes / 2);

/** A page of one message. */
function pageOf(text: string, reportName: string | null): MessagePage {
  const priced = reportName === null ? textMessage(1, 10) : reportMessage(1, 10, report(5, reportName, '2'));
  const message = { ...priced, text, periodId: 1, position: 0 };
  const found = reportName === null ? null : report(5, reportName, '2');
  return {
    usage: {
      account: 'acme',
      span: null,
      period: { id: 1, fromMs: 0, toMs: null },
      totals: { creditsUsed: defaultRateCard.base, messageCount: 1, unpricedCount: 0 },
      freshness: { asOfMs: 0, revision: 1 },
      rateCard: defaultRateCard,
    },
    filter: allMessages,
    messages: [new ChargedMessage(message, found, defaultRateCard)],
    hasNextPage: false,
    hasPreviousPage: false,
    cursorOf: () => '',
  };
}

it.each([
  ['a short page', 'key', pageOf('123', null), true],
  ['a short page of a report', 'key', pageOf('123', 'Lease Report'), true],
  ['a long text', 'key', pageOf(long, null), false],
  ['a long name of a report', 'key', pageOf('123', long), false],
  ['a long key', long, pageOf('123', null), false],
])('keeps no page that is larger than the cache: %s', (_what, key, page, isKept) => {
  const pages = createPageCache(maxBytes);
  pages.set(key, page);
  expect(pages.get(key)).toBe(isKept ? page : undefined);
});

it('forgets the pages that were used the longest ago when their receipts would not fit', () => {
  // Each takes 4,000 bytes, and 2,000 for its row.
  const pages = createPageCache(maxBytes);
  for (let place = 0; place < 100; place++) pages.set(`key ${place}`, pageOf('123', null));
  const kept = Array.from({ length: 100 }, (_, place) => pages.get(`key ${place}`) !== undefined);
  expect(kept.lastIndexOf(false)).toBe(100 - 1 - Math.floor(maxBytes / 6_050));
});
