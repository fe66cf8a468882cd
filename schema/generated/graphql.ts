/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where a price comes from. */
export type ChargeKind =
  /** The fixed price of the report that the message produced. */
  | 'REPORT'
  /** The text of the message. */
  | 'TEXT';

/** A range of prices, both ends included. A side left out has no limit. */
export type CreditsRange = {
  /** The highest price. */
  readonly max?: string | null | undefined;
  /** The lowest price. */
  readonly min?: string | null | undefined;
};

/** A span of time: from ≤ t < to. A side left out has no limit. */
export type DateTimeRange = {
  /** The first moment in the span. */
  readonly from?: string | null | undefined;
  /** The first moment after the span. */
  readonly to?: string | null | undefined;
};

/** What to price, by exactly one of the two. */
export type EstimateInput =
  {   /** A report’s id. */
  readonly reportId: string | number; readonly text?: never; }
  |  { readonly reportId?: never;   /** A message’s text. */
  readonly text: string; };

/** Which messages are meant. All limits given hold together. */
export type MessageFilter = {
  /** What they cost. Unpriced messages lie in no range. */
  readonly creditsUsed?: CreditsRange | null | undefined;
  /** True for messages with a report, or one that could not be read yet; false for those priced from the text. */
  readonly hasReport?: boolean | null | undefined;
  /** Messages of any of these reports (1,000 at most), those too whose report could not be read yet. */
  readonly reportIds?: ReadonlyArray<string | number> | null | undefined;
  /** A part of the text, in any case and any Unicode form; 1,000 characters at most. */
  readonly text?: string | null | undefined;
  /** When they were sent. */
  readonly timestamp?: DateTimeRange | null | undefined;
};

/** One wish of an order. Ties keep the upstream’s order. */
export type MessageOrder = {
  /** Which end comes first. */
  readonly direction?: SortDirection;
  /** What to order by. */
  readonly field: MessageOrderField;
};

/** What messages can be ordered by. */
export type MessageOrderField =
  /** What it cost. Unpriced messages come last, in either direction. */
  | 'CREDITS_USED'
  /** The name of its report, as people sort names (case and accents come second). Messages without a report come last, in either direction. */
  | 'REPORT_NAME'
  /** When it was sent. */
  | 'TIMESTAMP';

/** Whether a billing period still takes messages. */
export type PeriodStatus =
  /** No message is added or changed any more; one that had no price yet still gets it. */
  | 'CLOSED'
  /** Messages still arrive. */
  | 'OPEN';

/** Whether a message has its price. */
export type PricingStatus =
  /** It has. */
  | 'PRICED'
  /** Not yet, because its report could not be read. It gets one once that can. */
  | 'UNPRICED';

/** The rules of a price, in the order in which they apply. */
export type RateRule =
  /** What every text costs to begin with. */
  | 'BASE'
  /** For each character. */
  | 'CHARACTERS'
  /** The text is longer than the card’s threshold. */
  | 'LENGTH_PENALTY'
  /** Raises the sum so far to the card’s minimum. */
  | 'MINIMUM'
  /** Multiplies the sum so far: the text reads the same backwards. */
  | 'PALINDROME'
  /** The report’s fixed price; no other rule applies then. */
  | 'REPORT'
  /** For each third character that is a vowel. */
  | 'THIRD_VOWELS'
  /** No word occurs twice: takes off. */
  | 'UNIQUE_WORDS'
  /** For each word, by its length. */
  | 'WORD_LENGTH';

/** Which end comes first. */
export type SortDirection =
  /** Smallest, earliest or A first. */
  | 'ASC'
  /** Largest, latest or Z first. */
  | 'DESC';

/** How long a window is, by the clock and calendar of the time zone. */
export type WindowSize =
  /** A calendar day: 23 or 25 hours where clocks change. */
  | 'DAY'
  /** An hour of the clock. */
  | 'HOUR'
  /** A calendar month. */
  | 'MONTH'
  /** Seven calendar days from `weekStart`. */
  | 'WEEK';

export type CurrentUsageQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CurrentUsageQuery = { readonly usage: { readonly id: string, readonly period: { readonly id: string, readonly from: string, readonly to: string | null, readonly status: PeriodStatus }, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly messages: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly timestamp: string, readonly text: string | null, readonly creditsUsed: string | null, readonly report: { readonly id: string, readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type DailyUsageQueryVariables = Exact<{
  timeZone?: string;
}>;


export type DailyUsageQuery = { readonly usage: { readonly id: string, readonly windows: ReadonlyArray<{ readonly from: string, readonly to: string, readonly totals: { readonly creditsUsed: string, readonly messageCount: number } }> } | null };

export type DashboardBoundsQueryVariables = Exact<{
  periodId: string | number;
  size: WindowSize;
  timeZone: string;
  filter: MessageFilter;
}>;


export type DashboardBoundsQuery = { readonly usage: { readonly id: string, readonly windows: ReadonlyArray<{ readonly from: string, readonly to: string }> } | null };

export type DashboardChangesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type DashboardChangesSubscription = { readonly usageChanged: { readonly id: string, readonly period: { readonly id: string, readonly status: PeriodStatus }, readonly freshness: { readonly asOf: string, readonly stale: boolean, readonly revision: number, readonly setAsideCount: number } } };

export type DashboardHeadQueryVariables = Exact<{
  periodId?: string | number | null | undefined;
}>;


export type DashboardHeadQuery = { readonly usage: { readonly id: string, readonly period: { readonly id: string, readonly from: string, readonly to: string | null, readonly status: PeriodStatus }, readonly freshness: { readonly asOf: string, readonly stale: boolean, readonly revision: number, readonly setAsideCount: number }, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly byReport: ReadonlyArray<{ readonly report: { readonly id: string, readonly name: string } | null, readonly totals: { readonly creditsUsed: string } }> } | null };

export type DashboardHistoryQueryVariables = Exact<{
  from: string;
  to: string;
  size: WindowSize;
  timeZone: string;
}>;


export type DashboardHistoryQuery = { readonly history: ReadonlyArray<{ readonly from: string, readonly to: string, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly byReport: ReadonlyArray<{ readonly report: { readonly id: string, readonly name: string } | null, readonly totals: { readonly creditsUsed: string, readonly messageCount: number } }> }> | null };

export type DashboardMessagesQueryVariables = Exact<{
  periodId: string | number;
  filter?: MessageFilter | null | undefined;
  orderBy?: ReadonlyArray<MessageOrder> | MessageOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type DashboardMessagesQuery = { readonly usage: { readonly id: string, readonly messages: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly timestamp: string, readonly text: string | null, readonly reportId: string | null, readonly pricing: PricingStatus, readonly creditsUsed: string | null, readonly report: { readonly id: string, readonly name: string } | null }>, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } } | null };

export type DashboardNewsQueryVariables = Exact<{ [key: string]: never; }>;


export type DashboardNewsQuery = { readonly usage: { readonly id: string, readonly period: { readonly id: string, readonly status: PeriodStatus }, readonly freshness: { readonly asOf: string, readonly stale: boolean, readonly revision: number, readonly setAsideCount: number } } | null };

export type DashboardPeriodsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type DashboardPeriodsQuery = { readonly billingPeriods: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly from: string, readonly to: string | null, readonly status: PeriodStatus }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type DashboardReportsQueryVariables = Exact<{
  periodId: string | number;
  filter?: MessageFilter | null | undefined;
}>;


export type DashboardReportsQuery = { readonly usage: { readonly id: string, readonly byReport: ReadonlyArray<{ readonly creditCost: string | null, readonly report: { readonly id: string, readonly name: string } | null, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number } }> } | null };

export type DashboardTotalsQueryVariables = Exact<{
  periodId: string | number;
  filter?: MessageFilter | null | undefined;
}>;


export type DashboardTotalsQuery = { readonly usage: { readonly id: string, readonly period: { readonly id: string, readonly from: string, readonly to: string | null }, readonly totals: { readonly creditsUsed: string, readonly messageCount: number } } | null };

export type DashboardWindowsQueryVariables = Exact<{
  periodId: string | number;
  size: WindowSize;
  timeZone: string;
  filter?: MessageFilter | null | undefined;
}>;


export type DashboardWindowsQuery = { readonly usage: { readonly id: string, readonly windows: ReadonlyArray<{ readonly from: string, readonly to: string, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly byReport: ReadonlyArray<{ readonly report: { readonly id: string, readonly name: string } | null, readonly totals: { readonly creditsUsed: string, readonly messageCount: number } }> }> } | null };

export type EstimateQueryVariables = Exact<{
  input: EstimateInput;
}>;


export type EstimateQuery = { readonly estimate: { readonly kind: ChargeKind, readonly credits: string, readonly steps: ReadonlyArray<{ readonly rule: RateRule, readonly quantity: number, readonly amount: string, readonly runningTotal: string }> } | null };

export type MessageReceiptQueryVariables = Exact<{
  id: string | number;
}>;


export type MessageReceiptQuery = { readonly message: { readonly id: string, readonly text: string | null, readonly charge: { readonly kind: ChargeKind, readonly credits: string, readonly steps: ReadonlyArray<{ readonly rule: RateRule, readonly quantity: number, readonly amount: string, readonly runningTotal: string }> } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const CurrentUsageDocument = new TypedDocumentString(`
    query CurrentUsage($first: Int = 50, $after: String) {
  usage {
    id
    period {
      id
      from
      to
      status
    }
    totals {
      creditsUsed
      messageCount
      unpricedCount
    }
    messages(first: $first, after: $after) {
      nodes {
        id
        timestamp
        text
        creditsUsed
        report {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:f93512ac057d8f66bda0f4c0ee76472041b510bf15f59bc7d24a35b3f6d1c55a"}) as unknown as TypedDocumentString<CurrentUsageQuery, CurrentUsageQueryVariables>;
export const DailyUsageDocument = new TypedDocumentString(`
    query DailyUsage($timeZone: TimeZone! = "UTC") {
  usage {
    id
    windows(size: DAY, timeZone: $timeZone) {
      from
      to
      totals {
        creditsUsed
        messageCount
      }
    }
  }
}
    `, {"hash":"sha256:05c694f7d958ff15a30130e277fa3be02b23e0ddabc0849919e020c561ec34d8"}) as unknown as TypedDocumentString<DailyUsageQuery, DailyUsageQueryVariables>;
export const DashboardBoundsDocument = new TypedDocumentString(`
    query DashboardBounds($periodId: ID!, $size: WindowSize!, $timeZone: TimeZone!, $filter: MessageFilter!) {
  usage(periodId: $periodId) {
    id
    windows(size: $size, timeZone: $timeZone, filter: $filter) {
      from
      to
    }
  }
}
    `, {"hash":"sha256:d4adcd72e9ed0a24c199522621b2bd9cfd718a6010c2f3d9568d06c3cfc482b8"}) as unknown as TypedDocumentString<DashboardBoundsQuery, DashboardBoundsQueryVariables>;
export const DashboardChangesDocument = new TypedDocumentString(`
    subscription DashboardChanges {
  usageChanged {
    id
    period {
      id
      status
    }
    freshness {
      asOf
      stale
      revision
      setAsideCount
    }
  }
}
    `, {"hash":"sha256:8627d5af600c91c73f38c54883a3ee5b9b4c521e20235975ad35dd0c6c067371"}) as unknown as TypedDocumentString<DashboardChangesSubscription, DashboardChangesSubscriptionVariables>;
export const DashboardHeadDocument = new TypedDocumentString(`
    query DashboardHead($periodId: ID) {
  usage(periodId: $periodId) {
    id
    period {
      id
      from
      to
      status
    }
    freshness {
      asOf
      stale
      revision
      setAsideCount
    }
    totals {
      creditsUsed
      messageCount
      unpricedCount
    }
    byReport {
      report {
        id
        name
      }
      totals {
        creditsUsed
      }
    }
  }
}
    `, {"hash":"sha256:2a5af005e068228b03a7f420314559102cef3987c0b1651f80f9b718e71ed058"}) as unknown as TypedDocumentString<DashboardHeadQuery, DashboardHeadQueryVariables>;
export const DashboardHistoryDocument = new TypedDocumentString(`
    query DashboardHistory($from: DateTime!, $to: DateTime!, $size: WindowSize!, $timeZone: TimeZone!) {
  history(from: $from, to: $to, size: $size, timeZone: $timeZone) {
    from
    to
    totals {
      creditsUsed
      messageCount
      unpricedCount
    }
    byReport {
      report {
        id
        name
      }
      totals {
        creditsUsed
        messageCount
      }
    }
  }
}
    `, {"hash":"sha256:0e227af4fb186f3e986e772e8472e0d0d93c13293e1f5f47c948d91a518c9380"}) as unknown as TypedDocumentString<DashboardHistoryQuery, DashboardHistoryQueryVariables>;
export const DashboardMessagesDocument = new TypedDocumentString(`
    query DashboardMessages($periodId: ID!, $filter: MessageFilter, $orderBy: [MessageOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  usage(periodId: $periodId) {
    id
    messages(
      filter: $filter
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      nodes {
        id
        timestamp
        text
        reportId
        report {
          id
          name
        }
        pricing
        creditsUsed
      }
      totals {
        creditsUsed
        messageCount
        unpricedCount
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:904e8b50ee7cfce82e3950a8d5ee3bc5752bc61db7c42f2ed46b2d4696c6f698"}) as unknown as TypedDocumentString<DashboardMessagesQuery, DashboardMessagesQueryVariables>;
export const DashboardNewsDocument = new TypedDocumentString(`
    query DashboardNews {
  usage {
    id
    period {
      id
      status
    }
    freshness {
      asOf
      stale
      revision
      setAsideCount
    }
  }
}
    `, {"hash":"sha256:d1d2d9da401f9a2287f5629c4ae88498f9e90e33072a8726420ed5aca5031186"}) as unknown as TypedDocumentString<DashboardNewsQuery, DashboardNewsQueryVariables>;
export const DashboardPeriodsDocument = new TypedDocumentString(`
    query DashboardPeriods($after: String) {
  billingPeriods(first: 12, after: $after) {
    nodes {
      id
      from
      to
      status
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:bcd034e2a7d2806671650c8bdf4bd2c92cc3cda7232a04681194d73e3b2bd1cf"}) as unknown as TypedDocumentString<DashboardPeriodsQuery, DashboardPeriodsQueryVariables>;
export const DashboardReportsDocument = new TypedDocumentString(`
    query DashboardReports($periodId: ID!, $filter: MessageFilter) {
  usage(periodId: $periodId) {
    id
    byReport(filter: $filter) {
      report {
        id
        name
      }
      creditCost
      totals {
        creditsUsed
        messageCount
        unpricedCount
      }
    }
  }
}
    `, {"hash":"sha256:e26595c4bef998b32b389bfc14c04e3652d095ccb60475419dbb03b3a63da853"}) as unknown as TypedDocumentString<DashboardReportsQuery, DashboardReportsQueryVariables>;
export const DashboardTotalsDocument = new TypedDocumentString(`
    query DashboardTotals($periodId: ID!, $filter: MessageFilter) {
  usage(periodId: $periodId) {
    id
    period {
      id
      from
      to
    }
    totals(filter: $filter) {
      creditsUsed
      messageCount
    }
  }
}
    `, {"hash":"sha256:f4db309cbb3088f2edb44f2ecaf5b9114f94fe9877861c904f606a8cd31f1692"}) as unknown as TypedDocumentString<DashboardTotalsQuery, DashboardTotalsQueryVariables>;
export const DashboardWindowsDocument = new TypedDocumentString(`
    query DashboardWindows($periodId: ID!, $size: WindowSize!, $timeZone: TimeZone!, $filter: MessageFilter) {
  usage(periodId: $periodId) {
    id
    windows(size: $size, timeZone: $timeZone, filter: $filter) {
      from
      to
      totals {
        creditsUsed
        messageCount
        unpricedCount
      }
      byReport {
        report {
          id
          name
        }
        totals {
          creditsUsed
          messageCount
        }
      }
    }
  }
}
    `, {"hash":"sha256:067c7d27446dc25c33579f8c9b0e26b1eb323cd8397b9e594f2c8cf0e8c0120f"}) as unknown as TypedDocumentString<DashboardWindowsQuery, DashboardWindowsQueryVariables>;
export const EstimateDocument = new TypedDocumentString(`
    query Estimate($input: EstimateInput!) {
  estimate(input: $input) {
    kind
    credits
    steps {
      rule
      quantity
      amount
      runningTotal
    }
  }
}
    `, {"hash":"sha256:776c8b681f96aa0e1db565346638a67b95049fe7f64a6b95910ecb4926a12980"}) as unknown as TypedDocumentString<EstimateQuery, EstimateQueryVariables>;
export const MessageReceiptDocument = new TypedDocumentString(`
    query MessageReceipt($id: ID!) {
  message(id: $id) {
    id
    text
    charge {
      kind
      credits
      steps {
        rule
        quantity
        amount
        runningTotal
      }
    }
  }
}
    `, {"hash":"sha256:6161b81be8bb033a34d00031aa4f4527063164906e5d1cc87e36d8f1d1ad179b"}) as unknown as TypedDocumentString<MessageReceiptQuery, MessageReceiptQueryVariables>;