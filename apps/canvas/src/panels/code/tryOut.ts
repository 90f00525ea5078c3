import type { Json, JsonObject } from '../../model/flow';
import type { ScopeName } from './scope';
import type { TypeShape } from './typeText';

/** "Try" of an expression editor (12 §10.1): what it starts with, and who evaluates. */

export interface Finding {
  code: string;
  message: string;
  /** Units of the text before it. */
  offset: number;
}

/** What the module's `evaluate` answers: one of the three. */
export interface Evaluated {
  value?: Json;
  problems?: Finding[];
  failure?: Finding;
}

export type Mode = 'expression' | 'template';

export interface Evaluator {
  evaluate: (text: string, mode: Mode, values: JsonObject) => Promise<Evaluated>;
  /** Names bound by the run that was looked at last. */
  lastValues: () => JsonObject | undefined;
}

/** A text field of class E is a template as soon as it holds a placeholder (04 §1). */
export const modeOf = (text: string, isTemplate: boolean): Mode =>
  isTemplate || text.includes('{{') ? 'template' : 'expression';

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
  for (const { name, shape } of mentioned(text, names)) values[name] = last?.[name] ?? sampleOf(shape);
  return values;
}

export function sampleOf(shape: TypeShape): Json {
  switch (shape.family) {
    case 'string':
      return 'text';
    case 'number':
      return 1;
    case 'bool':
      return true;
    case 'date':
      return '2026-01-31';
    case 'datetime':
      return '2026-01-31T12:00:00Z';
    case 'duration':
      return '1h';
    case 'array':
      return [sampleOf(shape.item)];
    case 'map':
      return Object.fromEntries(
        Object.entries(shape.members ?? {}).map(([name, member]) => [name, sampleOf(member)]),
      );
    case 'any':
      return null;
  }
}
