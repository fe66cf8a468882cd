import {
  getIntrospectionQuery,
  graphqlSync,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createSchema } from '../../src/graphql/schema.ts';

test('every type, field, argument, enum value and input field has a description', () => {
  const bare: string[] = [];
  let seen = 0;
  const check = (name: string, { description }: { readonly description?: string | null | undefined }) => {
    seen += 1;
    if ((description ?? '').trim() === '') bare.push(name);
  };
  const schema = createSchema();
  check('schema', schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name}:)`, arg);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
  }
  expect(bare).toEqual([]);
  expect(seen, 'a walk that saw nothing proves nothing').toBeGreaterThan(120);
});

test('no description of an argument has a colon after a name, which genql takes for the argument itself', () => {
  const described = Object.values(createSchema().getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type)) return Object.values(type.getFields());
    return isObjectType(type) ? Object.values(type.getFields()).flatMap(({ args }) => args) : [];
  });
  expect(described.length).toBeGreaterThan(20);
  expect(described.filter(({ description }) => /\w\s*:/.test(description ?? ''))).toEqual([]);
});

test('every scalar says where it is specified', () => {
  const scalars = Object.values(createSchema().getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  expect(scalars.map(({ name }) => name).toSorted()).toEqual(['Credits', 'DateTime', 'TimeZone']);
  for (const scalar of scalars)
    expect(scalar).toMatchObject({ specifiedByURL: expect.stringMatching(/^https:/) });
});

test('introspection names no location of a directive that older clients do not know', () => {
  const { data } = graphqlSync({ schema: createSchema(), source: getIntrospectionQuery() });
  const { __schema: schema } = introspected.parse(data);
  expect(schema.directives.map(({ name }) => name)).toContain('deprecated');
  expect(schema.directives.flatMap(({ locations }) => locations)).not.toContain('DIRECTIVE_DEFINITION');
});

const introspected = z.object({
  __schema: z.object({
    directives: z.array(z.object({ name: z.string(), locations: z.array(z.string()) })),
  }),
});
