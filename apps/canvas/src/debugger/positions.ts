import { createMemo, createResource, createSignal } from 'solid-js';
import type { StateAt } from '../api/debug';
import { getState } from '../api/debug';
import { isSame } from './compare';
import { runAt } from './history';
import { tokensOf } from './spent';
import type { RunStore } from './runStore';
import type { TimeTravel } from './timeTravel';

/** A name and what it stood for at two positions of one run. */
export interface NameChange {
  name: string;
  kind: 'added' | 'removed' | 'changed' | 'same';
  left: unknown;
  right: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** Every name of either position; what changed comes first, each part in the order of binding. */
export function compareNames(left: Values, right: Values): NameChange[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const kindOf = (name: string): NameChange['kind'] => {
    if (!(name in left)) return 'added';
    if (!(name in right)) return 'removed';
    return isSame(left[name], right[name]) ? 'same' : 'changed';
  };
  const all = names.map((name) => ({ name, kind: kindOf(name), left: left[name], right: right[name] }));
  return [...all.filter((each) => each.kind !== 'same'), ...all.filter((each) => each.kind === 'same')];
}

/**
 * Paths of the members in which two values differ, down to where one of them has no member; joined by `/`.
 * Objects and lists on the way are not among them.
 */
export function changedPaths(left: unknown, right: unknown, path: readonly string[] = []): string[] {
  if (isSame(left, right)) return [];
  const members = membersOf(left, right);
  if (!members || path.length >= DEPTH_MAX) return [path.join('/')];
  const [a, b] = [left as Values, right as Values];
  return members.flatMap((name) => changedPaths(a[name], b[name], [...path, name]));
}

/** Values come from runs, whose own depth is bounded by more than anybody unfolds. */
const DEPTH_MAX = 64;

function membersOf(left: unknown, right: unknown): string[] | undefined {
  if (left === null || typeof left !== 'object') return undefined;
  if (right === null || typeof right !== 'object') return undefined;
  if (Array.isArray(left) !== Array.isArray(right)) return undefined;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])];
}

/** The names at a position: what its events told, and what the server's state says in full. */
export function namesAt(told: Values, state: StateAt | undefined): Values {
  return { ...told, ...state?.scope, ...state?.variables };
}

/** One position held fast while another is looked at (12 §13.3, compare two positions). */
export interface Positions {
  /** The one that is held; undefined when nothing is compared. */
  held: () => number | undefined;
  hold: (seq: number | undefined) => void;
  changes: () => NameChange[];
  /** Tokens that were spent from the earlier to the later one. */
  tokens: () => number;
}

export function createPositions(runs: RunStore, travel: TimeTravel, maySee: () => boolean): Positions {
  const [held, hold] = createSignal<number>();
  const [state] = createResource(
    () => (held() !== undefined && maySee() ? { id: runs.run.executionId, seq: held() ?? 0 } : undefined),
    ({ id, seq }) => getState(id, seq),
  );
  const then = () => (state.state === 'ready' ? state() : undefined);
  const now = () => (travel.state.error ? undefined : travel.state.latest);
  const changes = createMemo(() => {
    const at = held();
    if (at === undefined) return [];
    const told = runAt(runs.run.executionId, runs.history(), at).scope;
    return compareNames(namesAt(told, then()), namesAt(travel.shown().scope, now()));
  });
  return {
    held,
    hold,
    changes,
    tokens: () => Math.abs(tokensOf(now()?.usage) - tokensOf(then()?.usage)),
  };
}
