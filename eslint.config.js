import graphql from '@graphql-eslint/eslint-plugin';

const { configs } = graphql;
const schema = 'schema/schema.graphql';
const operations = 'schema/operations/*.graphql';

// What belongs to what it stands in: no cache has to know one again.
const embedded = [
  'Charge',
  'ChargeStep',
  'Freshness',
  'PageInfo',
  'ReportUsage',
  'UsageTotals',
  'UsageWindow',
];

// Of GraphQL alone, by npm run check: the code is oxlint's.
const language = {
  plugins: { '@graphql-eslint': graphql },
  languageOptions: {
    parser: graphql.parser,
    parserOptions: { graphQLConfig: { schema, documents: operations } },
  },
};

export default [
  {
    ...language,
    files: [schema],
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          // A rate card is known by the version that receipts name.
          acceptedIdNames: ['id', 'version'],
          exceptions: { types: embedded, suffixes: ['Connection', 'Edge'] },
        },
      ],
      '@graphql-eslint/relay-edge-types': [
        'error',
        {
          // Connections have `nodes` beside `edges`, and short lists are plain ones.
          listTypeCanWrapOnlyEdgeType: false,
          // Ids are told apart by their types, so there is no `node(id:)` for which a type would be a `Node`.
          shouldImplementNode: false,
        },
      ],
    },
  },
  { ...language, files: [operations], rules: configs['flat/operations-recommended'].rules },
];
