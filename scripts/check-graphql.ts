import { ESLint } from 'eslint';

// Lints the schema and the operations by the rules of eslint.config.js.
const eslint = new ESLint();
const results = await eslint.lintFiles(['schema/schema.graphql', 'schema/operations/*.graphql']);
const formatter = await eslint.loadFormatter('stylish');
const findings = await formatter.format(results);
if (findings !== '') {
  console.error(findings);
  process.exitCode = 1;
} else {
  console.log(`The ${results.length} GraphQL files keep to the rules of graphql-eslint.`);
}
