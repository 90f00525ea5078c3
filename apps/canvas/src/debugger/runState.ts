import type { RunError, RunStatus, Usage, WaitingOn } from '../api/types';

/** What is known of one execution, folded from its events (07 §20) and its record. */

export type NodeRunState =
  'running' | 'streaming' | 'suspended' | 'paused' | 'done' | 'failed' | 'recorded' | 'skipped';

export interface Attempt {
  effectId: string;
  attempt: number;
  startedAt: number;
  endedAt?: number;
  failed: boolean;
  reused: boolean;
}

/** One entry of a block: a row of the timeline. */
export interface Occurrence {
  key: string;
  nodeId: string;
  blockId: string;
  kind: string;
  occurrence: number;
  fiber: string;
  /** Journal positions at which it was entered and, so far, last told of; 0 where events do not say. */
  fromSeq: number;
  toSeq: number;
  /** Its place among all entries of the run, from 1, and the last one made before it ended. */
  rank: number;
  lastInside?: number;
  startedAt: number;
  endedAt?: number;
  /** When its own share ended: a decision is done once its arm starts, though its block stays open. */
  ownEndedAt?: number;
  status: 'open' | 'done' | 'failed';
  /** The value of the block that ran before in the same fiber. */
  input: unknown;
  output?: unknown;
  binding?: string;
  truncated?: boolean;
  error?: RunError;
  timing?: Timing;
  attempts: Attempt[];
  /** Names bound so far, in order, after this block. */
  scope?: Record<string, unknown>;
}

export interface Timing {
  queueMs: number;
  startMs: number;
  runMs: number;
  persistMs: number;
}

export interface NodeRun {
  state: NodeRunState;
  count: number;
  durationMs: number;
  startedAt: number;
  /** Rank of its first entry in this run, for telling which edge was taken. */
  firstEntry: number;
  lastEntry: number;
  errorType?: string;
  /** Streamed text, the last 4,000 characters. */
  text: string;
  tokens: number;
  since?: number;
  checkpointId?: string;
  reason?: string;
}

export interface LogLine {
  at: number;
  level: string;
  message: string;
  nodeId: string | null;
}

export interface RunState {
  executionId: string;
  status: RunStatus;
  startedAt: number | undefined;
  endedAt: number | undefined;
  trigger: string | undefined;
  input: unknown;
  output: unknown;
  error: RunError | undefined;
  usage: Usage | undefined;
  nodes: Record<string, NodeRun>;
  rows: Occurrence[];
  waiting: WaitingOn[];
  log: LogLine[];
  /** Values bound so far. */
  scope: Record<string, unknown>;
  entries: number;
  /** True once the server said that entries of the live feed were dropped. */
  gaps: boolean;
  /** The moment that is looked at when it is not the present. */
  frozenAt?: number;
}

export function emptyRun(executionId: string): RunState {
  return {
    executionId,
    status: 'queued',
    startedAt: undefined,
    endedAt: undefined,
    trigger: undefined,
    input: undefined,
    output: undefined,
    error: undefined,
    usage: undefined,
    nodes: {},
    rows: [],
    waiting: [],
    log: [],
    scope: {},
    entries: 0,
    gaps: false,
  };
}

export const isOver = (status: RunStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

/** What is known of a node, from its first entry on. */
export function nodeOf(run: RunState, id: string, at: number): NodeRun {
  const known = run.nodes[id];
  if (known) return known;
  const made: NodeRun = {
    state: 'running',
    count: 0,
    durationMs: 0,
    startedAt: at,
    firstEntry: run.entries,
    lastEntry: run.entries,
    text: '',
    tokens: 0,
  };
  run.nodes[id] = made;
  return made;
}

/** A fiber stands before this node, or before a call of it, until it is told to go on. */
export function pausedAt(run: RunState, nodeId: string, at: number, reason?: string): void {
  const node = nodeOf(run, nodeId, at);
  node.state = 'paused';
  if (reason) node.reason = reason;
}
