import type { Json, JsonObject } from './flow';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy that shares nothing; `-0` becomes `0`. Depth is bounded by the document limit of 64 levels. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item as unknown)) as T;
  if (typeof value === 'object' && value !== null) {
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value))
      if (member !== undefined) copy[key] = cloneJson(member as unknown);
    return copy as T;
  }
  return (Object.is(value, -0) ? 0 : value) as T;
}

export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  if (left.length !== right.length) return false;
  const other = b as Record<string, unknown>;
  return left.every(([key, member]) => key in other && sameJson(member, other[key]));
}

/** The same value with another at `path`; undefined removes it. Objects on the way are made where missing. */
export function withPath(
  value: Json | undefined,
  path: readonly string[],
  next: Json | undefined,
): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  const copy: JsonObject = isObject(value) ? { ...value } : {};
  const member = withPath(copy[key], rest, next);
  if (member === undefined) delete copy[key];
  else copy[key] = member;
  return copy;
}

/** Members in the given order first, then the others in `compare` order, or as they stand. */
export function ordered(
  object: JsonObject,
  known: readonly string[],
  compare?: (a: string, b: string) => number,
): JsonObject {
  const result: JsonObject = {};
  for (const key of known) {
    const member = object[key];
    if (member !== undefined) result[key] = member;
  }
  const rest = Object.keys(object).filter((key) => !known.includes(key));
  if (compare) rest.sort(compare);
  for (const key of rest) result[key] = object[key] ?? null;
  return result;
}

export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const d = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (d !== 0) return d;
  }
  return left.length - right.length;
}
