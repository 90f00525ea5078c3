import type { Json, JsonObject } from '../../model/flow';
import { isObject } from './codecs';

/** Schemas (04 §4.3) as rows of a field tree. */

export interface SchemaField {
  name: string;
  /** Type text; empty when the field has fields of its own. */
  type: string;
  description: string;
  fields: SchemaField[] | undefined;
  /** A value this editor does not know; kept as it is. */
  other: Json | undefined;
}

export const TYPE_CHOICES = [
  'string',
  'int',
  'float',
  'bool',
  'date',
  'datetime',
  'array[string]',
  'array[json]',
  'map[string, string]',
  'json',
  'enum[a, b]',
] as const;

export function fieldsOf(schema: Json | undefined): SchemaField[] {
  return isObject(schema) ? Object.entries(schema).map(([name, type]) => fieldOf(name, type)) : [];
}

function fieldOf(name: string, type: Json): SchemaField {
  const base: SchemaField = { name, type: '', description: '', fields: undefined, other: undefined };
  if (typeof type === 'string') return { ...base, type };
  if (!isObject(type)) return { ...base, other: type };
  if (isDescribed(type))
    return { ...base, type: String(type['type']), description: String(type['description'] ?? '') };
  return { ...base, fields: fieldsOf(type) };
}

/** `{type, description}` describes one field; any other object is a nested one (04 §4.3). */
function isDescribed(value: JsonObject): boolean {
  return (
    typeof value['type'] === 'string' &&
    Object.keys(value).every((key) => key === 'type' || key === 'description')
  );
}

export function schemaOf(fields: readonly SchemaField[]): JsonObject | undefined {
  const entries = fields
    .filter((field) => field.name !== '')
    .map((field): [string, Json] => [field.name, valueOf(field)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function valueOf(field: SchemaField): Json {
  if (field.other !== undefined) return field.other;
  if (field.fields) return schemaOf(field.fields) ?? {};
  return field.description === '' ? field.type : { type: field.type, description: field.description };
}

/** A schema from a sample value or from a JSON Schema object. Undefined when the text is neither. */
export function schemaFromJson(value: Json): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  if (isObject(value['properties'])) return fromJsonSchema(value, 0);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, typeOfSample(item, 0)]));
}

const DEPTH_MAX = 16;

function typeOfSample(value: Json, depth: number): Json {
  if (depth > DEPTH_MAX || value === null) return 'json';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (Array.isArray(value)) {
    const item = value[0] === undefined ? 'json' : typeOfSample(value[0], depth + 1);
    return typeof item === 'string' ? `array[${item}]` : 'array[json]';
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, typeOfSample(item, depth + 1)]),
  );
}

function fromJsonSchema(schema: JsonObject, depth: number): JsonObject {
  const required = Array.isArray(schema['required']) ? schema['required'] : undefined;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, item]): [string, Json] => {
      const type = isObject(item) ? typeOfSchema(item, depth + 1) : 'json';
      const optional =
        required !== undefined && !required.includes(name) && typeof type === 'string' ? `${type}?` : type;
      const description =
        isObject(item) && typeof item['description'] === 'string' ? item['description'] : '';
      return [
        name,
        description !== '' && typeof optional === 'string' ? { type: optional, description } : optional,
      ];
    }),
  );
}

function typeOfSchema(schema: JsonObject, depth: number): Json {
  if (depth > DEPTH_MAX) return 'json';
  if (Array.isArray(schema['enum']))
    return `enum[${schema['enum'].map((item) => String(item)).join(', ')}]`;
  switch (schema['type']) {
    case 'string':
      return schema['format'] === 'date'
        ? 'date'
        : schema['format'] === 'date-time'
          ? 'datetime'
          : 'string';
    case 'integer':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'array': {
      const item = isObject(schema['items']) ? typeOfSchema(schema['items'], depth + 1) : 'json';
      return typeof item === 'string' ? `array[${item}]` : 'array[json]';
    }
    case 'object':
      return isObject(schema['properties']) ? fromJsonSchema(schema, depth) : 'map[string, json]';
    default:
      return 'json';
  }
}
