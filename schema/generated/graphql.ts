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

/** What to price, by exactly one of the two. */
export type EstimateInput =
  {   /** A report’s id. */
  readonly reportId: string | number; readonly text?: never; }
  |  { readonly reportId?: never;   /** A message’s text. */
  readonly text: string; };

/** Whether a billing period still takes messages. */
export type PeriodStatus =
  /** No message is added or changed any more; one that had no price yet still gets it. */
  | 'CLOSED'
  /** Messages still arrive. */
  | 'OPEN';

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

export type CurrentUsageQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CurrentUsageQuery = { readonly usage: { readonly period: { readonly id: string, readonly from: string, readonly to: string | null, readonly status: PeriodStatus }, readonly totals: { readonly creditsUsed: string, readonly messageCount: number, readonly unpricedCount: number }, readonly messages: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly timestamp: string, readonly text: string | null, readonly creditsUsed: string | null, readonly report: { readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type DailyUsageQueryVariables = Exact<{
  timeZone?: string;
}>;


export type DailyUsageQuery = { readonly usage: { readonly windows: ReadonlyArray<{ readonly from: string, readonly to: string, readonly totals: { readonly creditsUsed: string, readonly messageCount: number } }> } | null };

export type EstimateQueryVariables = Exact<{
  input: EstimateInput;
}>;


export type EstimateQuery = { readonly estimate: { readonly kind: ChargeKind, readonly credits: string, readonly steps: ReadonlyArray<{ readonly rule: RateRule, readonly quantity: number, readonly amount: string, readonly runningTotal: string }> } | null };

export type MessageReceiptQueryVariables = Exact<{
  id: string | number;
}>;


export type MessageReceiptQuery = { readonly message: { readonly text: string | null, readonly charge: { readonly kind: ChargeKind, readonly credits: string, readonly steps: ReadonlyArray<{ readonly rule: RateRule, readonly quantity: number, readonly amount: string, readonly runningTotal: string }> } | null } | null };

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
    `, {"hash":"sha256:dcb90f2f54546a8519e5a32034789066eda49845fd5a41f1c31559ffd83a5580"}) as unknown as TypedDocumentString<CurrentUsageQuery, CurrentUsageQueryVariables>;
export const DailyUsageDocument = new TypedDocumentString(`
    query DailyUsage($timeZone: TimeZone! = "UTC") {
  usage {
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
    `, {"hash":"sha256:c0391b12ae27b8a9905a9a5121da8bddd5b8710357b5935588bcd001ea394384"}) as unknown as TypedDocumentString<DailyUsageQuery, DailyUsageQueryVariables>;
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
    `, {"hash":"sha256:4b91a6c9b15660203173e96a46898b2d7e0a2fea97dbe21f67b44391d7818976"}) as unknown as TypedDocumentString<MessageReceiptQuery, MessageReceiptQueryVariables>;