import { createSignal, type Signal } from 'solid-js';
import type { Diagnostic } from '../api/types';

/** Diagnostics by where they belong, in the order they came. */
export interface DiagnosticIndex {
  all: readonly Diagnostic[];
  byNode: ReadonlyMap<string, readonly Diagnostic[]>;
  byEdge: ReadonlyMap<string, readonly Diagnostic[]>;
  errors: number;
  warnings: number;
}

export const NO_DIAGNOSTICS: DiagnosticIndex = {
  all: [],
  byNode: new Map(),
  byEdge: new Map(),
  errors: 0,
  warnings: 0,
};

function put(map: Map<string, Diagnostic[]>, key: string | null, item: Diagnostic): void {
  if (key === null) return;
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

/**
 * The index of a list. What is as it was in the index `before` stays the same object, and all of it where
 * nothing changed, so that nobody draws anew what he has drawn.
 */
export function indexDiagnostics(answered: readonly Diagnostic[], before: DiagnosticIndex): DiagnosticIndex {
  const list = keepSame(before.all, answered);
  if (list === before.all) return before;
  const byNode = new Map<string, Diagnostic[]>();
  const byEdge = new Map<string, Diagnostic[]>();
  let errors = 0;
  for (const item of list) {
    put(byNode, item.node_id, item);
    put(byEdge, item.edge_id, item);
    if (item.severity === 'error') errors += 1;
  }
  keepLists(before.byNode, byNode);
  keepLists(before.byEdge, byEdge);
  return { all: list, byNode, byEdge, errors, warnings: list.length - errors };
}

function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return (
    a.severity === b.severity &&
    a.code === b.code &&
    a.message === b.message &&
    a.path === b.path &&
    a.node_id === b.node_id &&
    a.edge_id === b.edge_id &&
    a.fix === b.fix
  );
}

/** `after` with the objects of `before` where they say the same, counted from both ends. */
function keepSame(before: readonly Diagnostic[], after: readonly Diagnostic[]): readonly Diagnostic[] {
  const kept = [...after];
  const shift = before.length - after.length;
  const keepAt = (at: number, from: number): boolean => {
    const [old, now] = [before[from], after[at]];
    if (!old || !now || !isSame(old, now)) return false;
    kept[at] = old;
    return true;
  };
  let start = 0;
  while (start < after.length && keepAt(start, start)) start++;
  if (start === after.length && shift === 0) return before;
  for (let at = after.length - 1; at >= start && keepAt(at, at + shift); at--);
  return kept;
}

type Lists = ReadonlyMap<string, readonly Diagnostic[]>;

function keepLists(before: Lists, after: Map<string, readonly Diagnostic[]>): void {
  for (const [key, list] of after) {
    const old = before.get(key);
    if (old?.length === list.length && old.every((item, at) => item === list[at])) after.set(key, old);
  }
}

const nothing: readonly Diagnostic[] = [];

/** Lists by key, each heard of only by those who read it. */
export function createFindings() {
  const signals = new Map<string, Signal<readonly Diagnostic[]>>();
  let present: Lists = new Map();
  const signalOf = (key: string): Signal<readonly Diagnostic[]> => {
    const known = signals.get(key);
    if (known) return known;
    const made = createSignal(present.get(key) ?? nothing);
    signals.set(key, made);
    return made;
  };
  return {
    of: (key: string): readonly Diagnostic[] => signalOf(key)[0](),
    show: (lists: Lists): void => {
      present = lists;
      for (const [key, [, set]] of signals) set(lists.get(key) ?? nothing);
    },
  };
}

/** The field a message of 06 §7 begins with, by what follows it. */
const FIELD = new RegExp(
  String.raw`^node '[^']*': ([a-z_]+)(?: '[^']*')?` +
    String.raw`(?:: | is required| must be| is out of range| '[^']*' is (?:not one|neither))`,
);

/**
 * The config field a diagnostic of a node is about, or undefined: from its path (`nodes[2].config.goal`),
 * else from its message (`node 'n': goal is required`, `node 'n': guard: unexpected …`).
 */
export function fieldOf(item: Diagnostic): string | undefined {
  const path = item.path ?? '';
  const byPath = /(?:^|\.)config\.([A-Za-z_]\w*)/.exec(path);
  if (byPath?.[1]) return byPath[1];
  const own = /^nodes(?:\[\d+\])?\.?(label|result_binding)$/.exec(path);
  if (own?.[1]) return own[1];
  if (/llm_role=/.test(item.message)) return 'llm_role';
  const queue = /^node '[^']*': (queue) '/.exec(item.message);
  if (queue?.[1]) return queue[1];
  const byMessage = FIELD.exec(item.message);
  return byMessage?.[1];
}

/** Order of the Problems list: errors first, then as the compiler reported them (document order). */
export function bySeverity(list: readonly Diagnostic[]): Diagnostic[] {
  return [...list.filter((d) => d.severity === 'error'), ...list.filter((d) => d.severity !== 'error')];
}
