import type { Credits } from './credits.ts';

/** A report that a message can produce, at a fixed price. Source: rating rules, "Upstream facts". */
export interface Report {
  /** The upstream's id: a safe integer. */
  readonly id: number;
  readonly name: string;
  /** What every message that produced it costs; never negative. */
  readonly creditCost: Credits;
}

/** What the upstream said of a report: it exists, it does not (404), or it could not be read. */
export type ReportAnswer =
  | { readonly status: 'found'; readonly report: Report }
  | { readonly status: 'missing' }
  | { readonly status: 'unread' };
