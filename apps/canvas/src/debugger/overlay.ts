import type { FlowStore } from '../editor/types';
import { bindingOf, kindOf } from '../model/kinds';
import type { DifferenceKind } from './compare';
import type { NodeRun, RunState } from './runState';
import { isOver } from './runState';

/** What the canvas draws on a node during and after a run (12 §13.3). */
export interface NodeOverlay {
  state: 'running' | 'streaming' | 'suspended' | 'paused' | 'done' | 'failed' | 'reused' | 'skipped';
  durationMs?: number;
  count?: number;
  startedAt?: number;
  errorType?: string;
  text?: string;
  differs?: 'path' | 'value';
}

export interface RunOverlay {
  /** True while a run is shown at all. */
  readonly active: boolean;
  nodeState(id: string): NodeOverlay | undefined;
  /** undefined while it is not decided. */
  edgeTaken(id: string): boolean | undefined;
}

/** The id of the entry node this run came in by, or undefined when the trigger names none. */
export function entryOf(store: FlowStore, run: RunState): string | undefined {
  const entries = store.nodeOrder.filter((id) => kindOf(store.nodes[id]?.type ?? '')?.entry);
  if (run.startedAt === undefined) return undefined;
  return (
    entries.find((id) => {
      const node = store.nodes[id];
      return node !== undefined && bindingOf(node) === run.trigger;
    }) ?? entries[0]
  );
}

/** Overlay of a run over a document. Reads are reactive: one node's state follows that node alone. */
export function createOverlay(store: FlowStore, shown: () => RunState): RunOverlay {
  const ran = (id: string): boolean => shown().nodes[id] !== undefined || id === entryOf(store, shown());
  return {
    get active() {
      return shown().executionId !== '';
    },
    nodeState(id) {
      const run = shown();
      if (run.executionId === '') return undefined;
      const node = run.nodes[id];
      if (node) return held(drawn(node, assigneeOf(store, id)), run.frozenAt);
      if (id === entryOf(store, run)) return { state: 'done' };
      return isOver(run.status) ? { state: 'skipped' } : undefined;
    },
    edgeTaken(id) {
      const run = shown();
      const edge = store.edges[id];
      if (run.executionId === '' || !edge || edge.type === 'data') return undefined;
      const { source, target } = edge;
      const arm = branches(store, source.node) ? takenArm(store, run, source.node) : undefined;
      if (arm !== undefined) return arm === target.node;
      if (ran(source.node) && ran(target.node)) return true;
      return isOver(run.status) ? false : undefined;
    },
  };
}

/** In the past nothing runs on: a time that would grow stands still. */
function held(node: NodeOverlay, at: number | undefined): NodeOverlay {
  if (at === undefined || node.startedAt === undefined) return node;
  const { startedAt, ...rest } = node;
  return { ...rest, durationMs: Math.max(0, at - startedAt) };
}

/** Who a waiting step waits for, as its config says. */
function assigneeOf(store: FlowStore, id: string): string {
  const assignee = store.nodes[id]?.config['assignee'];
  return typeof assignee === 'string' ? assignee : '';
}

function drawn(node: NodeRun, assignee: string): NodeOverlay {
  const base: NodeOverlay = { state: node.state === 'recorded' ? 'reused' : node.state };
  switch (node.state) {
    case 'running':
      return { ...base, startedAt: node.startedAt };
    case 'streaming':
      return { ...base, startedAt: node.startedAt, text: node.text };
    case 'suspended':
      return { ...base, startedAt: node.since ?? node.startedAt, text: assignee };
    case 'paused':
      return node.reason ? { ...base, text: node.reason } : base;
    case 'failed':
      return { ...base, errorType: node.errorType ?? 'Error' };
    case 'done':
      return { ...base, durationMs: node.durationMs, count: node.count };
    case 'recorded':
      return { ...base, count: node.count };
    case 'skipped':
      return base;
  }
}

/** The overlay of one of two runs that are compared: what differs is marked. */
export function withDifferences(
  overlay: RunOverlay,
  differences: () => ReadonlyMap<string, DifferenceKind>,
): RunOverlay {
  return {
    get active() {
      return overlay.active;
    },
    nodeState(id) {
      const node = overlay.nodeState(id);
      const kind = differences().get(id);
      if (!node || !kind) return node;
      return { ...node, differs: kind === 'onlyLeft' || kind === 'onlyRight' ? 'path' : 'value' };
    },
    edgeTaken: (id) => overlay.edgeTaken(id),
  };
}

function branches(store: FlowStore, source: string): boolean {
  return store.nodes[source]?.type === 'logic_decision';
}

/** Of a decision's arms, the one whose first step was entered soonest after the decision was. */
function takenArm(store: FlowStore, run: RunState, source: string): string | undefined {
  const after = run.nodes[source]?.firstEntry ?? 0;
  let best: string | undefined;
  let bestRank = Infinity;
  for (const id of store.edgeOrder) {
    const edge = store.edges[id];
    const entry = edge ? run.nodes[edge.target.node]?.firstEntry : undefined;
    if (!edge || edge.source.node !== source || entry === undefined || entry < after || entry >= bestRank)
      continue;
    best = edge.target.node;
    bestRank = entry;
  }
  return best;
}
