// The ledger's query language, as the rooms above see it.
export { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
export { allMessages, type MessageFilter } from '../ledger/reading/message-filter.ts';
export type { MessageKey, MessageOrder, MessageOrderField } from '../ledger/reading/message-order.ts';
export type { ListedMessage } from '../ledger/reading/message-list.ts';
export type { RecordedMessage } from '../ledger/reading/message-page.ts';
export type { BillingPeriod, Freshness, PeriodUsage } from '../ledger/reading/periods.ts';
export type { ReportTotals, SlotTotals, SumQuery, UsageTotals } from '../ledger/reading/sums.ts';
