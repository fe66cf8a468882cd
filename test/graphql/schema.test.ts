import {
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';

test('every type, field, argument, enum value and input field has a description', () => {
  const bare: string[] = [];
  let seen = 0;
  const check = (name: string, { description }: { readonly description?: string | null | undefined }) => {
    seen += 1;
    if ((description ?? '').trim() === '') bare.push(name);
  };
  for (const type of Object.values(createSchema().getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    // The root is described by its fields.
    if (type.name !== 'Query') check(type.name, type);
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
