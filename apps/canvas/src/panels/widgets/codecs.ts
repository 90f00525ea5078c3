import type { Json, JsonObject } from '../../model/flow';

/** Between the values of the document and what a control shows. Pure; the round trip of each is tested. */

export const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Text of a value for a one-line field: a string as it is, anything else as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An empty text means that the field is absent. */
export function textValue(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Number of a text; undefined when empty, null when it is none. */
export function numberValue(text: string, whole: 'whole' | 'any'): number | undefined | null {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed.replace(',', '.'));
  if (!Number.isFinite(value)) return null;
  return whole === 'whole' && !Number.isInteger(value) ? null : value;
}

export const UNITS = ['ms', 's', 'm', 'h', 'd', 'w'] as const;
export type Unit = (typeof UNITS)[number];

export interface DurationParts {
  amount: string;
  unit: Unit;
}

/** Parts of a duration (01 §1); a number means seconds. Undefined for a text that is none. */
export function durationParts(value: Json | undefined): DurationParts | undefined {
  if (value === undefined || value === null || value === '') return { amount: '', unit: 's' };
  if (typeof value === 'number') return { amount: String(value), unit: 's' };
  const match = /^(\d+)(ms|s|m|h|d|w)$/.exec(String(value));
  return match?.[1] ? { amount: match[1], unit: match[2] as Unit } : undefined;
}

export function durationValue(parts: DurationParts): string | undefined {
  return parts.amount.trim() === '' ? undefined : `${parts.amount.trim()}${parts.unit}`;
}

/** JSON as a person edits it: strings that are the whole value stay bare only when they are templates. */
export function jsonText(value: Json | undefined): string {
  return value === undefined || value === null ? '' : JSON.stringify(value, null, 2);
}

export type Parsed = { ok: true; value: Json | undefined } | { ok: false; message: string };

/** Value of the text; a text that is not JSON but holds a placeholder is taken as that string. */
export function parseJson(text: string): Parsed {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    const bare = text.trim();
    if (/^\{\{[^{}]*\}\}$/.test(bare)) return { ok: true, value: bare };
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

export interface Row {
  name: string;
  value: string;
}

/** Rows of a map; values that are no strings are shown as JSON. */
export function rowsOf(value: Json | undefined): Row[] {
  return isObject(value) ? Object.entries(value).map(([name, item]) => ({ name, value: textOf(item) })) : [];
}

/** The map of rows with a name. `original` keeps values that are no strings and were not touched. */
export function rowsValue(rows: readonly Row[], original: Json | undefined): JsonObject | undefined {
  const before = isObject(original) ? original : {};
  const entries = rows
    .filter((row) => row.name.trim() !== '')
    .map((row): [string, Json] => {
      const old = before[row.name];
      const kept = old !== undefined && typeof old !== 'string' && textOf(old) === row.value;
      return [row.name.trim(), kept ? old : row.value];
    });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map((item) => textOf(item)) : [];
}

export function listValue(items: readonly string[]): string[] | undefined {
  return items.length === 0 ? undefined : [...items];
}

/** A short word for the head of a folded field: a count, or the value itself. */
export function summaryOf(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : String(value.length);
  if (typeof value === 'object') {
    const size = Object.keys(value).length;
    return size === 0 ? '' : String(size);
  }
  const text = String(value).split('\n', 1)[0] ?? '';
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

export interface CommandForm {
  shell: string | undefined;
  list: string[];
}

/** A command is a list (program and arguments) or a text that runs in a shell. */
export function commandForm(value: Json | undefined): CommandForm {
  return Array.isArray(value)
    ? { shell: undefined, list: listOf(value) }
    : { shell: textOf(value), list: [] };
}

export const CONSTRAINT_LISTS = ['never', 'always', 'prefer'] as const;
export type ConstraintList = (typeof CONSTRAINT_LISTS)[number];

/** Constraints as an object; a bare text is shown and kept under `text`. */
export function constraintsForm(value: Json | undefined): JsonObject {
  if (typeof value === 'string') return value === '' ? {} : { text: value };
  return isObject(value) ? value : {};
}

/** Back to the document: only a text stays a text, empty parts go. */
export function constraintsValue(form: JsonObject): Json | undefined {
  const kept = Object.entries(form).filter(
    ([, item]) => !(Array.isArray(item) && item.length === 0) && item !== '',
  );
  if (kept.length === 0) return undefined;
  const [first] = kept;
  return kept.length === 1 && first?.[0] === 'text' ? first[1] : Object.fromEntries(kept);
}

export const CAUSES = [
  'refusal',
  'parse_error',
  'constraint_violation',
  'hallucination',
  'low_confidence',
] as const;
export const ACTIONS = ['retry', 'escalate', 'flag_and_checkpoint'] as const;

export interface PolicyStep {
  action: string;
  max?: number;
  with?: string;
}

/** The steps of one cause: an action, an object, or a list of these. */
export function policySteps(value: Json | undefined): PolicyStep[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.map((item): PolicyStep => {
    if (!isObject(item)) return { action: textOf(item) };
    const max = typeof item['max'] === 'number' ? { max: item['max'] } : {};
    const hint = typeof item['with'] === 'string' ? { with: item['with'] } : {};
    return { action: textOf(item['action']), ...max, ...hint };
  });
}

/** Back, in the shortest form: one bare action stays a word. */
export function policyValue(steps: readonly PolicyStep[]): Json | undefined {
  const items = steps.map((step): Json =>
    step.max === undefined && step.with === undefined ? step.action : { ...step },
  );
  const [first] = items;
  return first === undefined ? undefined : items.length === 1 ? first : items;
}
