import { copyFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import {
  type Change,
  ChangeType,
  CriticalityLevel,
  diff,
  DiffRule,
  type Rule,
} from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';

// Fails when the schema breaks clients of the last release; what was deprecated in that release may go.
// With --release, the schema becomes the last released one.
const { values } = parseArgs({
  options: {
    released: { type: 'string', default: 'schema/released.graphql' },
    current: { type: 'string', default: 'schema/schema.graphql' },
    release: { type: 'boolean', default: false },
  },
});

if (values.release) await copyFile(values.current, values.released);
await checkChanges(await readSchema(values.released), await readSchema(values.current));

async function readSchema(path: string): Promise<GraphQLSchema> {
  return buildSchema(await readFile(path, 'utf8'));
}

async function checkChanges(released: GraphQLSchema, current: GraphQLSchema): Promise<void> {
  const changes = await diff(released, current, [
    DiffRule.suppressRemovalOfDeprecatedField,
    allowRemovalOfDeprecatedArguments,
  ]);
  const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
  for (const { path, message } of breaking) console.error(`breaks clients: ${path ?? 'schema'}: ${message}`);
  if (breaking.length > 0) {
    console.error('Deprecate first, release, then remove. See docs/clients.md, "Changes of the schema".');
    process.exitCode = 1;
    return;
  }
  // The one type that every schema has: a file that was not read has no fields.
  const fieldCount = Object.keys(released.getQueryType()?.getFields() ?? {}).length;
  if (fieldCount === 0) throw new Error(`${values.released} has no queries, so this check proves nothing`);
  console.log(`The schema breaks no client of the last release: ${changes.length} changes since.`);
}

/** graphql-inspector's own rule knows fields and enum values, but not arguments. */
function allowRemovalOfDeprecatedArguments({ changes, oldSchema }: Parameters<Rule>[0]): Change[] {
  return changes.map((change) => {
    if (change.type !== ChangeType.FieldArgumentRemoved) return change;
    const [typeName = '', fieldName = '', argumentName] = change.path?.split('.') ?? [];
    const type = oldSchema?.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return change;
    const argument = type.getFields()[fieldName]?.args.find(({ name }) => name === argumentName);
    if (argument?.deprecationReason == null) return change;
    return { ...change, criticality: { ...change.criticality, level: CriticalityLevel.Dangerous } };
  });
}
