import * as Y from 'yjs';
import type { Json, JsonObject } from '../model/flow';
import { byCodePoint, cloneJson, isObject, sameJson } from '../model/json';
import { randomBase36 } from '../model/ids';
import { byOrder, clientKeyBetween, seedKey } from '../model/orderKey';

/** How a value is stored (11 section 1.1). */
export type FieldClass = 'text' | 'map' | 'list' | 'value';
/** A seed must be the same on every client; a client's own items get random names. */
export type WriteMode = 'seed' | 'client';

export type YEntries = Y.Map<unknown>;

export function escapeName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}

export function unescapeName(name: string): string {
  return name.replaceAll('%2F', '/').replaceAll('%25', '%');
}

function isMarker(value: unknown, tag: 'map' | 'list'): value is JsonObject {
  return isObject(value) && value['t'] === tag;
}

/** The entries below `key/`, by the text after it. */
function entriesBelow(map: YEntries, key: string): [string, unknown][] {
  const prefix = `${key}/`;
  const found: [string, unknown][] = [];
  map.forEach((value, name) => {
    if (name.startsWith(prefix)) found.push([name.slice(prefix.length), value]);
  });
  return found;
}

/**
 * Writes a value at `key` in the way of its class; undefined removes it. Equal values are not written
 * again.
 */
export function writeField(
  map: YEntries,
  key: string,
  kind: FieldClass,
  value: Json | undefined,
  mode: WriteMode,
): void {
  if (kind === 'text' && (typeof value === 'string' || value === undefined))
    return writeText(map, key, value ?? '');
  if (kind === 'map' && isObject(value)) return writeMap(map, key, value);
  if (kind === 'list' && Array.isArray(value)) return writeList(map, key, value, mode);
  for (const [entry] of entriesBelow(map, key)) map.delete(`${key}/${entry}`);
  if (value === undefined) map.delete(key);
  else setPlain(map, key, value);
}

export function setPlain(map: YEntries, key: string, value: Json): void {
  if (!map.has(key) || !sameJson(map.get(key), value)) map.set(key, cloneJson(value));
}

function writeText(map: YEntries, key: string, value: string): void {
  const present = map.get(key);
  if (present instanceof Y.Text) replaceText(present, value);
  else map.set(key, new Y.Text(value));
}

/** The least edit between common ends, so that the other person's cursor and words stay. */
export function replaceText(text: Y.Text, value: string): void {
  const old = text.toString();
  if (old === value) return;
  let start = 0;
  while (start < old.length && start < value.length && old[start] === value[start]) start++;
  if (start > 0 && isHighSurrogate(old, start - 1)) start--;
  let end = 0;
  const room = Math.min(old.length, value.length) - start;
  while (end < room && old[old.length - 1 - end] === value[value.length - 1 - end]) end++;
  if (end > 0 && isLowSurrogate(old, old.length - end)) end--;
  if (old.length - start - end > 0) text.delete(start, old.length - start - end);
  if (value.length - start - end > 0) text.insert(start, value.slice(start, value.length - end));
}

function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}

function writeMap(map: YEntries, key: string, value: JsonObject): void {
  setPlain(map, key, { t: 'map', o: Object.keys(value) });
  for (const [entry] of entriesBelow(map, key)) if (!(entry in value)) map.delete(`${key}/${entry}`);
  for (const [entry, member] of Object.entries(value)) setPlain(map, `${key}/${entry}`, member);
}

function writeList(map: YEntries, key: string, items: readonly Json[], mode: WriteMode): void {
  if (!isMarker(map.get(key), 'list')) setPlain(map, key, { t: 'list' });
  if (mode === 'seed') {
    items.forEach((v, index) => setPlain(map, `${key}/~${index}`, { o: seedKey(index), v }));
    return;
  }
  const present = listItems(map, key);
  const kept = matchItems(
    present.map((item) => item.value),
    items,
  );
  present.forEach((item, index) => {
    if (!kept.includes(index)) map.delete(`${key}/${item.id}`);
  });
  let last: string | null = null;
  items.forEach((v, index) => {
    const from = kept[index] ?? -1;
    const item = from >= 0 ? present[from] : undefined;
    const id = item?.id ?? `~${randomBase36(8)}`;
    const after: string | null =
      item && (last === null || item.order > last) ? item.order : clientKeyBetween(last, null);
    last = after;
    setPlain(map, `${key}/${id}`, { o: after, v });
  });
}

/**
 * For each new item the present one it continues: by equal value, then by position among the rest; -1 for
 * none.
 */
export function matchItems(present: readonly Json[], items: readonly Json[]): number[] {
  const free = new Set(present.keys());
  const kept = items.map((item) => {
    for (const index of free) {
      if (!sameJson(present[index], item)) continue;
      free.delete(index);
      return index;
    }
    return -1;
  });
  return kept.map((from) => {
    if (from >= 0) return from;
    const [next] = free;
    if (next === undefined) return -1;
    free.delete(next);
    return next;
  });
}

function listItems(map: YEntries, key: string): { id: string; order: string; value: Json }[] {
  const items: { id: string; order: string; value: Json }[] = [];
  for (const [id, entry] of entriesBelow(map, key)) {
    if (!isObject(entry)) continue;
    items.push({ id, order: String(entry['o'] ?? ''), value: entry['v'] ?? null });
  }
  return items.sort((a, b) => byOrder([a.order, a.id], [b.order, b.id]));
}

/** The value at `key`, a copy; undefined when the field is absent. */
export function readField(map: YEntries, key: string, kind: FieldClass): Json | undefined {
  const present = map.get(key);
  if (present instanceof Y.Text) return present.toString();
  if (kind === 'map' && (isMarker(present, 'map') || present === undefined))
    return readMap(map, key, present);
  if (kind === 'list' && (isMarker(present, 'list') || present === undefined)) {
    const items = listItems(map, key);
    return present === undefined && items.length === 0
      ? undefined
      : items.map((item) => cloneJson(item.value));
  }
  return present === undefined ? undefined : cloneJson(present as Json);
}

function readMap(map: YEntries, key: string, marker: JsonObject | undefined): Json | undefined {
  const entries = new Map(entriesBelow(map, key));
  if (!marker && entries.size === 0) return undefined;
  const named = Array.isArray(marker?.['o']) ? marker['o'].map(String) : [];
  const rest = [...entries.keys()].filter((name) => !named.includes(name)).sort(byCodePoint);
  const value: JsonObject = {};
  for (const name of [...named, ...rest]) {
    if (entries.has(name)) value[name] = cloneJson(entries.get(name) as Json);
  }
  return value;
}
