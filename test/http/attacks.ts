/** A request meant to hurt, and how it has to end. */
export interface Attack {
  readonly name: string;
  readonly request: AttackRequest;
  readonly statuses: readonly number[];
  /** The code of the answer's first error; null: any answer without harm. */
  readonly code: string | null;
  /** What the issue allows, in ms, on an idle machine. */
  readonly withinMs: number;
}

/** What is sent to `/graphql`; a POST of JSON unless told otherwise. */
export interface AttackRequest {
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: string;
}

function document(query: string, variables?: object): AttackRequest {
  return { body: JSON.stringify({ query, variables }) };
}

const overLimit = { statuses: [400], withinMs: 50 } as const;
const invalid = { ...overLimit, code: 'GRAPHQL_VALIDATION_FAILED' } as const;
const tooComplex = { statuses: [400], code: 'QUERY_TOO_COMPLEX', withinMs: 100 } as const;
const huge = { statuses: [413], code: 'BAD_REQUEST', withinMs: 50 } as const;

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

/** Fragments that each spread the next one twice: 2^20 fields of some 800 bytes. */
const fragmentBomb = `{ usage { ...F0 } } ${times(
  20,
  (n) => `fragment F${n} on Usage { ...F${n + 1} ...F${n + 1} }`,
)} fragment F20 on Usage { period { id } }`;

/** `depth` levels of a type inside a type inside a type. */
function nested(depth: number): string {
  return `${'ofType { '.repeat(depth)}name${' }'.repeat(depth)}`;
}

const messageFields =
  'id timestamp text textSha256 reportId report { id name } pricing creditsUsed charge { kind credits rateCard { version } steps { rule quantity amount runningTotal } }';

/** The attacks of one request each, in the order of issue 4's table. */
export const attacks: readonly Attack[] = [
  {
    name: '15,000 aliases',
    request: document(`{ ${times(15_000, (n) => `a${n}: __typename`)} }`),
    ...huge,
  },
  {
    name: '4,000 aliases within the body limit',
    request: document(`{ ${times(4_000, (n) => `a${n}: __typename`)} }`),
    ...overLimit,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: '10,000 directives within the body limit',
    request: document(`{ usage { period { id ${'@a'.repeat(10_000)} } } }`),
    ...overLimit,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: '50,000 opening braces',
    request: document('{'.repeat(50_000)),
    ...overLimit,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'a body of 1 MB',
    request: document(`{ usage { period { id } } } # ${'x'.repeat(1_000_000)}`),
    ...huge,
  },
  { name: 'a name of 90 kB', request: document(`{ ${'x'.repeat(90_000)} }`), ...invalid },
  { name: 'a fragment bomb of 2^20 fields', request: document(fragmentBomb), ...invalid, withinMs: 100 },
  {
    name: 'fragments in a circle',
    request: document('{ usage { ...A } } fragment A on Usage { ...B } fragment B on Usage { ...A }'),
    ...invalid,
  },
  {
    name: '100 levels of introspection',
    request: document(`{ __schema { types { ${nested(100)} } } }`),
    ...invalid,
  },
  {
    name: '100 levels behind a fragment named __schema',
    request: document(`{ ...__schema } fragment __schema on Query { __schema { types { ${nested(100)} } } }`),
    ...invalid,
  },
  {
    name: '200 aliases of one field',
    request: document(`{ ${times(200, (n) => `a${n}: usage { period { id } }`)} }`),
    ...invalid,
  },
  {
    name: 'one field 280 times over, which GraphQL merges',
    request: document(`{ ${'usage { period { id } } '.repeat(280)} }`),
    ...invalid,
  },
  {
    name: 'the same within as many inline fragments',
    request: document(`{ usage { ${'... { period { id } } '.repeat(280)} } }`),
    ...invalid,
  },
  {
    name: '200 directives on one field',
    request: document(`{ usage { period { id ${'@include(if: true) '.repeat(200)} } } }`),
    ...invalid,
  },
  {
    name: '100 directives, one on each field',
    request: document(`{ usage { period { ${'id @include(if: true) '.repeat(100)} } } }`),
    ...invalid,
  },
  {
    name: 'first: 1e9',
    request: document('{ usage { messages(first: 1000000000) { nodes { id } } } }'),
    ...tooComplex,
  },
  {
    name: 'first: $n of 1e9',
    request: document('query ($n: Int) { usage { messages(first: $n) { nodes { id } } } }', {
      n: 1_000_000_000,
    }),
    ...tooComplex,
  },
  {
    name: 'first: $n by its own default of 1e9',
    request: document('query ($n: Int = 1000000000) { usage { messages(first: $n) { nodes { id } } } }'),
    ...tooComplex,
  },
  {
    name: 'last: 1e9',
    request: document('{ usage { messages(last: 1000000000) { edges { cursor } } } }'),
    ...tooComplex,
  },
  {
    name: '1e9 billing periods',
    request: document('{ billingPeriods(first: 1000000000) { nodes { id } } }'),
    ...tooComplex,
  },
  {
    name: '12 aliased pages of 500 whole messages',
    request: document(
      `{ usage { ${times(12, (n) => `a${n}: messages(first: 500) { nodes { ${messageFields} } }`)} } }`,
    ),
    ...tooComplex,
  },
  {
    name: '30 aliased pages with the default size left out',
    request: document(`{ usage { ${times(30, (n) => `a${n}: messages { nodes { ${messageFields} } }`)} } }`),
    ...tooComplex,
  },
  {
    name: '30 aliased searches with sums by the hour',
    request: document(
      `{ usage { ${times(30, (n) => `a${n}: windows(size: HOUR, filter: { text: "${n}" }) { from totals { creditsUsed } }`)} } }`,
    ),
    ...tooComplex,
  },
  {
    name: '15,000 wrong values of a variable',
    request: document(
      'query ($ids: [ID!]) { usage { totals(filter: { reportIds: $ids }) { messageCount } } }',
      {
        ids: Array.from({ length: 15_000 }, () => [{}]),
      },
    ),
    statuses: [400],
    code: 'BAD_USER_INPUT',
    withinMs: 200,
  },
  {
    name: '100,000 wrong values of a variable',
    request: document(
      'query ($ids: [ID!]) { usage { totals(filter: { reportIds: $ids }) { messageCount } } }',
      {
        ids: Array.from({ length: 100_000 }, () => ({})),
      },
    ),
    ...huge,
    withinMs: 200,
  },
  {
    name: 'a wrong value of 90 kB',
    request: document('query ($n: Int) { usage { messages(first: $n) { nodes { id } } } }', {
      n: 'x'.repeat(90_000),
    }),
    statuses: [400],
    code: 'BAD_USER_INPUT',
    withinMs: 200,
  },
  {
    name: 'JSON 40,000 levels deep',
    request: {
      body: `{"query":"query ($n: Int) { usage { messages(first: $n) { nodes { id } } } }","variables":{"n":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
    },
    statuses: [400],
    code: 'BAD_USER_INPUT',
    withinMs: 200,
  },
  {
    name: 'JSON 40,000 levels deep where a time is expected',
    request: {
      body: `{"query":"query ($t: DateTime) { usage { totals(filter: { timestamp: { from: $t } }) { messageCount } } }","variables":{"t":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
    },
    statuses: [400],
    code: 'BAD_USER_INPUT',
    withinMs: 200,
  },
  {
    name: 'a batch of queries',
    request: { body: '[{"query":"{__typename}"},{"query":"{__typename}"}]' },
    ...overLimit,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a query to register under its hash',
    request: {
      body: JSON.stringify({
        query: '{__typename}',
        extensions: {
          persistedQuery: {
            version: 1,
            sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
          },
        },
      }),
    },
    ...overLimit,
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
  },
  {
    name: 'a form as an old browser submits it from another site’s page',
    request: {
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: 'query={__typename}',
    },
    statuses: [403],
    code: 'FORBIDDEN',
    withinMs: 50,
  },
  {
    name: 'plain text that holds JSON',
    request: { headers: { 'content-type': 'text/plain' }, body: '{"query":"{__typename}"}' },
    statuses: [415],
    code: 'BAD_REQUEST',
    withinMs: 50,
  },
  { name: 'a body that is no JSON', request: { body: '{"query":' }, ...overLimit, code: 'BAD_REQUEST' },
  {
    name: '__proto__ in JSON',
    request: { body: '{"query":"{__typename}","__proto__":{"polluted":true}}' },
    ...overLimit,
    code: 'BAD_REQUEST',
  },
  {
    name: '__proto__ in variables',
    request: { body: '{"query":"{__typename}","variables":{"__proto__":{"polluted":true}}}' },
    ...overLimit,
    code: 'BAD_REQUEST',
  },
  {
    name: 'constructor.prototype in JSON',
    request: { body: '{"query":"{__typename}","constructor":{"prototype":{"polluted":true}}}' },
    ...overLimit,
    code: 'BAD_REQUEST',
  },
];
