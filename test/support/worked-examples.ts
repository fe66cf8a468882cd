import type { ScriptedUpstream } from './scripted-upstream.ts';

/**
 * The rating rules' worked examples as an upstream tells them: in an order that is not that of the timestamps, which
 * are written in more than one way. Report 404404 does not exist.
 */
export const workedMessages = [
  {
    id: 1000,
    text: 'Generate a Tenant Obligations Report.',
    timestamp: '2024-04-29T02:08:29.375Z',
    report_id: 5392,
  },
  {
    id: 1001,
    text: 'Are there any restrictions on alterations or improvements?',
    timestamp: '2024-04-29T03:25:03.613Z',
  },
  { id: 1003, text: 'aba', timestamp: '2024-04-30T00:00:00Z' },
  { id: 1002, text: 'orbital latibro', timestamp: '2024-04-29T07:27:34.985Z' },
  { id: 1004, text: '123', timestamp: '2024-04-30T12:00:00+02:00', report_id: 404_404 },
  { id: 1005, text: '', timestamp: '2024-04-30T23:59:59.9Z' },
] as const;

/** Lets an upstream tell the worked examples. */
export function tellWorkedExamples(upstream: ScriptedUpstream): void {
  upstream.setMessages(workedMessages);
  upstream.setReport(5392, { name: 'Tenant Obligations Report', credit_cost: 79 });
}
