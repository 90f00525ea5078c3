import type { NodeRun, Occurrence, RunState } from './runState';

export type DifferenceKind = 'value' | 'state' | 'count' | 'onlyLeft' | 'onlyRight';

/** How one step went in two runs. */
export interface Difference {
  nodeId: string;
  kind: DifferenceKind;
  left: Occurrence | undefined;
  right: Occurrence | undefined;
}

/** Steps that went another way or had another value, in the order in which they were first entered. */
export function compareRuns(left: RunState, right: RunState): Difference[] {
  const ids = new Set([...entered(left), ...entered(right)]);
  const out: Difference[] = [];
  for (const nodeId of ids) {
    const rows = { left: lastRow(left, nodeId), right: lastRow(right, nodeId) };
    const kind = differenceOf(left.nodes[nodeId], right.nodes[nodeId], rows.left, rows.right);
    if (kind) out.push({ nodeId, kind, ...rows });
  }
  return out;
}

function entered(run: RunState): string[] {
  return Object.keys(run.nodes).sort(
    (a, b) => (run.nodes[a]?.firstEntry ?? 0) - (run.nodes[b]?.firstEntry ?? 0),
  );
}

const lastRow = (run: RunState, nodeId: string): Occurrence | undefined =>
  run.rows.findLast((row) => row.nodeId === nodeId);

function differenceOf(
  left: NodeRun | undefined,
  right: NodeRun | undefined,
  leftRow: Occurrence | undefined,
  rightRow: Occurrence | undefined,
): DifferenceKind | undefined {
  if (!left) return right ? 'onlyRight' : undefined;
  if (!right) return 'onlyLeft';
  if (outcome(left) !== outcome(right)) return 'state';
  if (!isSame(valueOf(leftRow), valueOf(rightRow)) || leftRow?.error?.type !== rightRow?.error?.type)
    return 'value';
  return left.count === right.count ? undefined : 'count';
}

/** The value of a block around others is the value of one of those, which differs itself. */
const CONTAINERS = new Set(['match', 'while', 'foreach', 'parallel', 'try', 'budget']);

const valueOf = (row: Occurrence | undefined): unknown =>
  row === undefined || CONTAINERS.has(row.kind) ? undefined : row.output;

/** A recorded result is a result. */
const outcome = (node: NodeRun): string => (node.state === 'recorded' ? 'done' : node.state);

/** Equal JSON, whatever the order of members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && isSame((a as never)[key], (b as never)[key]));
}
