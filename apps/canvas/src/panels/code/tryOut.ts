import type { JsonObject } from '../../model/flow';
import type { ScopeName } from './scope';
import { sampleOf } from './typeTree';

/** What "Try" of an expression editor (12 §10.1) starts with. */

/** The names of the scope that a text mentions. */
export function mentioned(text: string, names: readonly ScopeName[]): ScopeName[] {
  const words = new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return names.filter(({ name }) => words.has(name));
}

/** A value for each name that the text mentions: the last run's, else one of the right shape. */
export function startValues(
  text: string,
  names: readonly ScopeName[],
  last: JsonObject | undefined,
): JsonObject {
  const values: JsonObject = {};
  for (const { name, type } of mentioned(text, names)) values[name] = last?.[name] ?? sampleOf(type);
  return values;
}
