import type { Json, JsonObject } from '../../model/flow';

/**
 * Type texts of 04 §4.2 and schemas of 4.3, read as far as completion needs: members and the family of
 * methods.
 */

export type TypeShape =
  | { family: 'string' | 'number' | 'bool' | 'date' | 'datetime' | 'duration' | 'any' }
  | { family: 'array'; item: TypeShape }
  | { family: 'map'; members?: Record<string, TypeShape>; text?: string };

const ANY: TypeShape = { family: 'any' };
const DEPTH_MAX = 16;

/** Text that describes a shape to a person. */
export function shapeText(shape: TypeShape): string {
  if (shape.family === 'array') return `array[${shapeText(shape.item)}]`;
  if (shape.family === 'map') return shape.members ? 'object' : 'map';
  return shape.family;
}

/** The shape of an `output_schema` or `input_schema`. */
export function schemaShape(schema: JsonObject | undefined, depth = 0): TypeShape {
  if (depth > DEPTH_MAX || !schema) return ANY;
  const members: Record<string, TypeShape> = {};
  for (const [name, type] of Object.entries(schema)) members[name] = fieldShape(type, depth + 1);
  return { family: 'map', members };
}

function fieldShape(type: Json, depth: number): TypeShape {
  if (typeof type === 'string') return typeShape(type, depth);
  if (type === null || typeof type !== 'object' || Array.isArray(type)) return ANY;
  return isDescribed(type) ? typeShape(String(type['type']), depth) : schemaShape(type, depth);
}

/** `{type, description}` describes one field; any other object is a nested one (04 §4.3). */
export function isDescribed(value: JsonObject): boolean {
  return (
    typeof value['type'] === 'string' &&
    Object.keys(value).every((key) => key === 'type' || key === 'description')
  );
}

export function typeShape(text: string, depth = 0): TypeShape {
  const type = text.trim().replace(/\?$/, '').trim();
  if (depth > DEPTH_MAX) return ANY;
  const list = /^(?:array|list)\s*\[(.*)\]$/s.exec(type);
  if (list) return { family: 'array', item: typeShape(list[1] ?? '', depth + 1) };
  if (/^(array|list)$/.test(type)) return { family: 'array', item: ANY };
  if (type.startsWith('{') && type.endsWith('}')) return fieldsShape(type.slice(1, -1), depth + 1);
  if (/^map\b/.test(type) || type === 'object') return { family: 'map' };
  if (/^enum\b/.test(type) || type === 'string' || /^["']/.test(type)) return { family: 'string' };
  if (type === 'int' || type === 'float' || type === 'number') return { family: 'number' };
  if (type === 'bool' || type === 'date' || type === 'datetime' || type === 'duration')
    return { family: type };
  return ANY;
}

function fieldsShape(text: string, depth: number): TypeShape {
  const members: Record<string, TypeShape> = {};
  for (const part of splitOutside(text, ',')) {
    const match = /^\s*([A-Za-z_]\w*)\??\s*:\s*(.+)$/s.exec(part);
    if (match?.[1] && match[2]) members[match[1]] = typeShape(match[2], depth);
  }
  return { family: 'map', members };
}

/** Splits at a sign that stands outside all brackets. */
export function splitOutside(text: string, sign: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if ('[{(<'.includes(char)) depth += 1;
    else if (']})>'.includes(char)) depth -= 1;
    else if (char === sign && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** Follows a dotted path; `first`, `last` and `[0]` give an element. Undefined when nothing is known. */
export function memberShape(shape: TypeShape, path: readonly string[]): TypeShape {
  let at = shape;
  for (const name of path) {
    if (at.family === 'map' && at.members) at = at.members[name] ?? ANY;
    else if (at.family === 'array' && (name === 'first' || name === 'last' || name === '[]')) at = at.item;
    else return ANY;
  }
  return at;
}

/** Names of methods for a shape are those of this family. */
export function methodFamily(shape: TypeShape): string {
  return shape.family;
}
