import * as Y from 'yjs';
import type { Json, JsonObject } from '../model/flow';
import { byCodePoint, isObject, ordered } from '../model/json';
import { randomBase36 } from '../model/ids';
import { byOrder, clientKeyBetween, seedKey } from '../model/orderKey';
import { readField, setPlain, writeField, type FieldClass, type WriteMode, type YEntries } from './fields';

/** A list of the document that is a map of rows in the Y.Doc (11 section 1.3). */
export interface RowSpec {
  root: 'models' | 'queues' | 'variables' | 'tests';
  /** Member that tells which row is which. */
  key: string;
  members: readonly string[];
  classes: Readonly<Record<string, FieldClass>>;
}

export const modelRows: RowSpec = {
  root: 'models',
  key: 'role',
  classes: { system_context: 'text' },
  members: ['role', 'ref', 'model', 'temperature', 'modalities', 'system_context', 'fallback'],
};
export const queueRows: RowSpec = {
  root: 'queues',
  key: 'slug',
  classes: { description: 'text' },
  members: ['slug', 'display_name', 'description', 'consumer_mode', 'max_retries', 'purpose'],
};
export const variableRows: RowSpec = {
  root: 'variables',
  key: 'name',
  classes: { description: 'text' },
  members: ['name', 'type', 'default', 'description', 'persist'],
};
export const testRows: RowSpec = {
  root: 'tests',
  key: 'name',
  classes: { mocks: 'map' },
  members: ['name', 'entry', 'input', 'mocks', 'expect'],
};

function classOf(spec: RowSpec, member: string): FieldClass {
  return spec.classes[member] ?? 'value';
}

export function readRows(root: YEntries, spec: RowSpec): Json[] {
  return sortedRows(root).map(({ row }) => readRow(row, spec));
}

function sortedRows(root: YEntries): { id: string; order: string; row: YEntries }[] {
  const rows: { id: string; order: string; row: YEntries }[] = [];
  root.forEach((row, id) => {
    if (row instanceof Y.Map) rows.push({ id, order: String(row.get('o') ?? ''), row });
  });
  return rows.sort((a, b) => byOrder([a.order, a.id], [b.order, b.id]));
}

function readRow(row: YEntries, spec: RowSpec): Json {
  if (row.has('v')) return readField(row, 'v', 'value') ?? null;
  const value: JsonObject = {};
  for (const name of row.keys()) {
    const member = name.split('/')[0] ?? name;
    if (member === 'o' || member in value) continue;
    const found = readField(row, member, classOf(spec, member));
    if (found !== undefined && !(found === '' && classOf(spec, member) === 'text')) value[member] = found;
  }
  return ordered(value, spec.members, byCodePoint);
}

export function seedRows(root: YEntries, spec: RowSpec, rows: readonly Json[]): void {
  rows.forEach((row, index) => {
    const map = new Y.Map<unknown>();
    root.set(`r${index}`, map);
    map.set('o', seedKey(index));
    fillRow(map, spec, row, 'seed');
  });
}

function fillRow(map: YEntries, spec: RowSpec, row: Json, mode: WriteMode): void {
  if (!isObject(row)) {
    setPlain(map, 'v', row);
    return;
  }
  for (const [member, kind] of Object.entries(spec.classes)) {
    if (kind === 'text') writeField(map, member, kind, row[member] ?? undefined, mode);
  }
  for (const [member, value] of Object.entries(row))
    writeField(map, member, classOf(spec, member), value, mode);
}

/** Brings the rows to this list: rows are known again by their key member, then by place. */
export function writeRows(root: YEntries, spec: RowSpec, rows: readonly Json[]): void {
  const present = sortedRows(root);
  const free = new Set(present.keys());
  const nameOf = (row: Json): Json | undefined => (isObject(row) ? row[spec.key] : undefined);
  const byName = rows.map((row) => take(free, (i) => present[i]?.row.get(spec.key) === nameOf(row)));
  const from = byName.map((found, place) => found ?? take(free, (i) => i === place));
  for (const index of free) root.delete(present[index]?.id ?? '');
  let last: string | null = null;
  rows.forEach((row, place) => {
    const old = present[from[place] ?? -1];
    const order: string =
      old && (last === null || old.order > last) ? old.order : clientKeyBetween(last, null);
    last = order;
    const map = old?.row ?? new Y.Map<unknown>();
    if (!old) root.set(`r${randomBase36(8)}`, map);
    setPlain(map, 'o', order);
    replaceRow(map, spec, row);
  });
}

function take(free: Set<number>, fits: (index: number) => boolean): number | null {
  for (const index of free) {
    if (!fits(index)) continue;
    free.delete(index);
    return index;
  }
  return null;
}

function replaceRow(map: YEntries, spec: RowSpec, row: Json): void {
  const wanted = isObject(row) ? new Set(Object.keys(row)) : new Set(['v']);
  for (const name of [...map.keys()]) {
    const member = name.split('/')[0] ?? name;
    if (member === 'o' || wanted.has(member) || classOf(spec, member) === 'text') continue;
    map.delete(name);
  }
  fillRow(map, spec, row, 'client');
}
