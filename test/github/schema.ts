import { type OutputUnit, type Schema, validate } from '@cfworker/json-schema';

/** A schema of OpenAPI 3.0, as it is written. */
export type OpenApiSchema = { readonly [keyword: string]: unknown };

/**
 * Compares values with schemas of OpenAPI 3.0. Components are translated to JSON Schema when something first refers to them: GitHub
 * describes some thousand, and a test needs a few.
 */
export class Schemas {
  private readonly lookup: Record<string, Schema>;
  private readonly translated = new WeakMap<OpenApiSchema, Schema>();

  constructor(component: (reference: string) => OpenApiSchema) {
    const known: Record<string, Schema> = {};
    this.lookup = new Proxy(known, {
      get: (_, reference: string) => {
        known[reference] ??= translate(component(reference));
        return known[reference];
      },
    });
  }

  /** What is wrong with a value, one line a cause: where, and why. */
  findings(value: unknown, schema: OpenApiSchema): readonly string[] {
    const known = this.translated.get(schema) ?? translate(schema);
    this.translated.set(schema, known);
    const { valid, errors } = validate(value, known, '7', this.lookup, false);
    if (valid) return [];
    const causes = errors.filter(({ keyword }) => !wrappers.has(keyword));
    return [...new Set((causes.length > 0 ? causes : errors).map(text))];
  }
}

/** Keywords that only say that something below them failed. */
const wrappers = new Set(['$ref', 'properties', 'items', 'additionalProperties', 'allOf', 'anyOf']);

function text({ instanceLocation, error }: OutputUnit): string {
  return `${instanceLocation.replace(/^#\/?/, '') || 'body'}: ${error}`;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says that null is one of the types. */
function translate(schema: OpenApiSchema): Schema {
  const { nullable, ...rest } = schema;
  const plain: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(rest)) plain[keyword] = translateKeyword(keyword, value);
  if (nullable !== true) return plain;
  if (typeof plain.type !== 'string')
    return plain.type === undefined && plain.$ref === undefined && !isComposed(plain) ? plain : { anyOf: [{ type: 'null' }, plain] };
  const values = plain.enum;
  return { ...plain, type: [plain.type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) } as Schema;
}

function isComposed(schema: Readonly<Record<string, unknown>>): boolean {
  return schema.allOf !== undefined || schema.anyOf !== undefined || schema.oneOf !== undefined;
}

function translateKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
    case 'patternProperties':
      return Object.fromEntries(Object.entries(value as Record<string, OpenApiSchema>).map(([name, one]) => [name, translate(one)]));
    case 'items':
    case 'not':
    case 'additionalProperties':
      return typeof value === 'object' && value !== null ? translate(value as OpenApiSchema) : value;
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as readonly OpenApiSchema[]).map(translate);
    default:
      return value;
  }
}
