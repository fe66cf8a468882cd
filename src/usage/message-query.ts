// The ledger's query language, as the rooms above see it.
export { DatabaseUnavailable } from '../ledger/database-unavailable.ts';
export { allMessages, type MessageFilter } from '../ledger/message-filter.ts';
export type { MessageKey, MessageOrder, MessageOrderField } from '../ledger/message-order.ts';
export type { ListedMessage } from '../ledger/message-list.ts';
export type { RecordedMessage } from '../ledger/message-page.ts';
export type { BillingPeriod, Freshness, PeriodUsage } from '../ledger/periods.ts';
export type { ReportTotals, SlotTotals, SumQuery, UsageTotals } from '../ledger/sums.ts';
