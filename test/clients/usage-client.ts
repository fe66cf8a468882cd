// A small client as a frontend would write it. The tests compile it under strict rules and run it in a process of
// its own: node usage-client.js URL
import {
  CurrentUsageDocument,
  DailyUsageDocument,
  EstimateDocument,
  MessageReceiptDocument,
  type TypedDocumentString,
} from '../../schema/generated/graphql.ts';

const url = process.argv[2] ?? '';

async function execute<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
  });
  const body: { readonly data: Result; readonly errors?: unknown } = JSON.parse(await response.text());
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

const { usage } = await execute(CurrentUsageDocument, { first: 3 });
for (const { id, creditsUsed, report } of usage?.messages.nodes ?? []) {
  console.log(id.padEnd(6), creditsUsed?.padStart(6), report?.name ?? '-');
}
const { usage: daily } = await execute(DailyUsageDocument, { timeZone: 'Europe/Berlin' });
console.log(daily?.windows.length, 'days');
const { message } = await execute(MessageReceiptDocument, { id: '1071' });
console.log(message?.charge?.steps.map((step) => `${step.rule} ${step.amount}`).join(', '));
const { estimate } = await execute(EstimateDocument, { input: { text: 'orbital latibro' } });
console.log(estimate?.kind, estimate?.credits);
