import { component } from './description';
import type { OpenApiSchema, Schemas } from './schema';

/**
 * Properties of a value, at any depth, that none of its schemas describes: `rules/0/parameters/strict`. Where a schema has several branches
 * those count that the value fits: a rule by its type. An object without described properties may have any.
 */
export function unknownNames(value: unknown, schema: OpenApiSchema, schemas: Schemas): readonly string[] {
  return strange(value, [schema], schemas, '');
}

function strange(value: unknown, allowed: readonly OpenApiSchema[], schemas: Schemas, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = allowed.flatMap((schema) => partsOf(value, schema, schemas));
  if (Array.isArray(value)) {
    const items = parts.flatMap((part) => (isSchema(part.items) ? [part.items] : []));
    return value.flatMap((item, index) => strange(item, items, schemas, `${path}${index}/`));
  }
  if (!parts.some(({ properties }) => isSchema(properties) && Object.keys(properties).length > 0)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = parts.flatMap((part) => propertyOf(part, name));
    return known.length === 0 ? [`${path}${name}`] : strange(inner, known, schemas, `${path}${name}/`);
  });
}

/** The schemas without branches and references that together say what a value may hold. */
function partsOf(value: unknown, schema: OpenApiSchema, schemas: Schemas): readonly OpenApiSchema[] {
  if (typeof schema.$ref === 'string') return partsOf(value, component(schema.$ref), schemas);
  const fitting = [...listOf(schema.anyOf), ...listOf(schema.oneOf)].filter((branch) => schemas.findings(value, branch).length === 0);
  return [schema, ...[...listOf(schema.allOf), ...fitting].flatMap((part) => partsOf(value, part, schemas))];
}

function propertyOf({ properties, additionalProperties }: OpenApiSchema, name: string): readonly OpenApiSchema[] {
  if (isSchema(properties) && Object.hasOwn(properties, name)) return [properties[name] as OpenApiSchema];
  return additionalProperties === true ? [{}] : isSchema(additionalProperties) ? [additionalProperties] : [];
}

function listOf(branches: unknown): readonly OpenApiSchema[] {
  return Array.isArray(branches) ? branches : [];
}

function isSchema(value: unknown): value is OpenApiSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
