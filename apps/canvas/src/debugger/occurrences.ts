import type { Occurrence, RunState } from './runState';

/** Which entry of a step is looked at, and the ones before and after it. */
export interface Standing {
  /** From 1; 0 while none of them has been reached. */
  nth: number;
  of: number;
  previous: Occurrence | undefined;
  next: Occurrence | undefined;
}

const LOOPS = new Set(['foreach', 'while']);

/** What one steps through at a node: its own entries, or the turns of a loop that was entered once. */
export function entriesOf(rows: readonly Occurrence[], nodeId: string): Occurrence[] {
  const own = rows.filter((row) => row.nodeId === nodeId);
  const [loop] = own;
  if (own.length !== 1 || !loop || !LOOPS.has(loop.kind)) return own;
  const inside = rows.slice(loop.rank, loop.lastInside);
  const turns = inside.filter((row) => row.blockId === inside[0]?.blockId);
  return turns.length > 0 ? turns : own;
}

/**
 * Where one stands among all entries that the whole run has; undefined where there is only one. `keys` are
 * of the entries that are looked at, the likeliest first; without any the latest that is reached counts.
 */
export function standing(
  whole: RunState,
  shown: RunState,
  nodeId: string,
  ...keys: (string | undefined)[]
): Standing | undefined {
  const all = entriesOf(whole.rows, nodeId);
  if (all.length < 2) return undefined;
  const reached = (row: Occurrence): boolean => row.rank <= shown.rows.length;
  const picked = keys.map((key) => all.findIndex((row) => row.key === key && reached(row)));
  const at = picked.find((each) => each >= 0) ?? all.findLastIndex(reached);
  return { nth: at + 1, of: all.length, previous: all[at - 1], next: all[at + 1] };
}

/**
 * The entry of a node that belongs to the one that is looked at: of the same branch and turn where there is
 * one, else the latest at the position.
 */
export function rowBeside(
  rows: readonly Occurrence[],
  nodeId: string | undefined,
  chosen: string | undefined,
): Occurrence | undefined {
  const own = rows.filter((row) => row.nodeId === nodeId);
  const lens = rows.find((row) => row.key === chosen);
  if (!lens || own.length < 2) return own.at(-1);
  if (lens.nodeId === nodeId) return lens;
  const sameBranch = own.filter((row) => row.fiber === lens.fiber);
  const near = sameBranch.length > 0 ? sameBranch : own;
  const turns = rows.filter((row) => row.blockId === lens.blockId);
  const next = turns.find((row) => row.rank > lens.rank)?.rank ?? Infinity;
  const comesBefore = (near[0]?.rank ?? 0) < (turns[0]?.rank ?? 0);
  return near.findLast((row) => row.rank < (comesBefore ? lens.rank : next)) ?? near[0];
}
