import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from '../simulation/random.ts';

/** A document with values for its variables, some of them wrong. */
export interface RandomRequest {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Writes a document over a schema, with fragments, aliases, directives, arguments and variables. Most are valid. */
export function randomRequest(schema: GraphQLSchema, random: Random): RandomRequest {
  const query = schema.getQueryType();
  if (query === null || query === undefined) throw new Error('the schema has no queries');
  const writer = new DocumentWriter(random);
  const selections = writer.selectionSet(query, 5);
  return { document: writer.document(selections), variables: writer.variables };
}

const oddNames = [
  'constructor',
  'toString',
  'then',
  '__proto__',
  'a_b',
  'length',
  'idx0',
  'message',
] as const;
const scalarValues: Readonly<Record<string, readonly [unknown, ...unknown[]]>> = {
  Int: [0, 1, 2, 3, 5, 50, 500, -1, 501],
  ID: ['1', '2', '1000', '1003', '5392', '404', 'x', '', 7],
  String: ['', 'a', 'THE', 'tenant "x"', '__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8', '\u2028\\'],
  Boolean: [true, false],
  Credits: ['0', '1.5', '5.20', '79', '100000'],
  DateTime: ['2024-04-29T02:08:29.375Z', '2024-04-30T00:00:00+02:00', '2030-01-01T00:00:00Z'],
  TimeZone: ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'],
};
const wrongValues = [null, 'nonsense', 1.5, -1, [], [[]], {}, { no: 1 }, true] as const;

class DocumentWriter {
  readonly variables: Record<string, unknown> = {};
  readonly #random: Random;
  readonly #definitions: string[] = [];
  readonly #fragments: string[] = [];
  #names = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  document(selections: string): string {
    const variables = this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`;
    return [`query Q${variables} ${selections}`, ...this.#fragments].join('\n');
  }

  selectionSet(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 0 || isLeafType(getNamedType(field.type)),
    );
    const chosen = fields.filter(() => this.#random.chance(fields.length > 6 ? 0.35 : 0.5));
    const selections = chosen.map((field) => this.#field(field, depth - 1));
    if (selections.length === 0 || this.#random.chance(0.1)) selections.push('__typename');
    if (this.#random.chance(0.15)) selections.push(...selections.slice(0, 1));
    return `{ ${this.#wrapped(type, selections).join(' ')} }`;
  }

  /** Puts some of the selections into fragments, now and then one fragment in two places. */
  #wrapped(type: GraphQLObjectType, selections: readonly string[]): readonly string[] {
    const random = this.#random;
    return selections.flatMap((selection) => {
      if (random.chance(0.85)) return [selection];
      if (random.chance(0.5))
        return [`...${random.pick([` on ${type.name}`, ''])}${this.#directive()} { ${selection} }`];
      const name = `F${this.#names++}`;
      this.#fragments.push(`fragment ${name} on ${type.name} { ${selection} }`);
      return random.chance(0.3) ? [`...${name}${this.#directive()}`, `...${name}`] : [`...${name}`];
    });
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const random = this.#random;
    const args = field.args.flatMap((arg) => this.#argument(arg));
    const alias =
      args.length > 0 || random.chance(0.15)
        ? `${random.chance(0.1) ? random.pick(oddNames) : `x${this.#names++}`}: `
        : '';
    const type = getNamedType(field.type);
    const below = isObjectType(type) ? ` ${this.selectionSet(type, depth)}` : '';
    return `${alias}${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${this.#directive()}${below}`;
  }

  #directive(): string {
    const random = this.#random;
    if (random.chance(0.97)) return '';
    const name = random.pick(['skip', 'include']);
    if (random.chance(0.5)) return ` @${name}(if: ${random.chance(0.5)})`;
    const variable = `v${this.#names++}`;
    this.#definitions.push(`$${variable}: Boolean!`);
    this.variables[variable] = random.chance(0.5);
    return ` @${name}(if: $${variable})`;
  }

  #argument(arg: GraphQLArgument): readonly string[] {
    const random = this.#random;
    const required = isNonNullType(arg.type) && arg.defaultValue === undefined;
    if (!required && random.chance(0.6)) return [];
    return [`${arg.name}: ${this.#value(arg.type, arg.defaultValue !== undefined)}`];
  }

  /** A literal, with variables in it here and there, or a variable. */
  #value(type: GraphQLInputType, hasDefault: boolean): string {
    const random = this.#random;
    if (random.chance(0.3)) return this.#variable(type, hasDefault);
    if (isNonNullType(type)) return this.#value(type.ofType, false);
    if (random.chance(0.05)) return 'null';
    if (isListType(type)) {
      if (random.chance(0.2)) return this.#value(type.ofType, false);
      return `[${Array.from({ length: random.below(3) }, () => this.#value(type.ofType, false)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || random.chance(0.4),
      );
      return `{ ${fields.map((field) => `${field.name}: ${this.#value(field.type, false)}`).join(', ')} }`;
    }
    if (isEnumType(type)) return this.#enumValue(type.getValues().map(({ name }) => name));
    return JSON.stringify(this.#scalar(type.name));
  }

  #variable(type: GraphQLInputType, hasDefault: boolean): string {
    const random = this.#random;
    const name = random.chance(0.1) ? `a_${this.#names++}` : `v${this.#names++}`;
    const nullable = isNonNullType(type) && hasDefault && random.chance(0.5) ? type.ofType : type;
    const stricter = !isNonNullType(nullable) && random.chance(0.2) ? new GraphQLNonNull(nullable) : nullable;
    const withDefault = !isNonNullType(stricter) && random.chance(0.2);
    this.#definitions.push(
      `$${name}: ${String(stricter)}${withDefault ? ` = ${this.#literal(stricter)}` : ''}`,
    );
    if (random.chance(0.85)) {
      this.variables[name] = random.chance(0.06) ? random.pick(wrongValues) : this.#input(stricter);
    }
    return `$${name}`;
  }

  /** A literal without variables. */
  #literal(type: GraphQLInputType): string {
    const value = this.#input(type);
    return asLiteral(value, type);
  }

  /** A value as JSON has it. */
  #input(type: GraphQLInputType): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.#input(type.ofType);
    if (random.chance(0.05)) return null;
    if (isListType(type)) {
      return Array.from({ length: random.below(3) }, () =>
        this.#input(new GraphQLNonNull(getNamedType(type))),
      );
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || random.chance(0.4),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.#input(field.type)]));
    }
    if (isEnumType(type)) return this.#enumValue(type.getValues().map(({ name }) => name));
    return this.#scalar(getNamedType(type).name);
  }

  #enumValue(names: readonly string[]): string {
    return names[this.#random.below(names.length)] ?? '';
  }

  #scalar(name: string): unknown {
    const values = scalarValues[name];
    if (values === undefined) throw new Error(`no values for the scalar ${name}`);
    return this.#random.pick(values);
  }
}

/** Writes a JSON value as a literal: an enum's value without quotes. */
function asLiteral(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return asLiteral(value, type.ofType);
  if (value === null) return 'null';
  if (isListType(type) && Array.isArray(value)) {
    return `[${value.map((item) => asLiteral(item, type.ofType)).join(', ')}]`;
  }
  if (isInputObjectType(type) && typeof value === 'object') {
    const fields = type.getFields();
    const parts = Object.entries(value).flatMap(([name, part]) => {
      const field = fields[name];
      return field === undefined ? [] : [`${name}: ${asLiteral(part, field.type)}`];
    });
    return `{ ${parts.join(', ')} }`;
  }
  return isEnumType(type) && typeof value === 'string' ? value : JSON.stringify(value);
}
