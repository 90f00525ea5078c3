import type { RunStatus, WaitingOn } from '../api/types';
import type { RunEvent } from './runEvent';
import { text } from './runEvent';
import type { RunState } from './runState';
import { isOver, nodeOf, pausedAt } from './runState';

export function status(run: RunState, event: RunEvent): void {
  const next = text(event.data['status']) as RunStatus;
  if (!next || isOver(run.status)) return;
  run.status = next;
  if (next !== 'suspended') run.waiting = [];
  else if (Array.isArray(event.data['waiting_on'])) setWaiting(run, event.data['waiting_on'] as WaitingOn[]);
}

/** A question is open while other branches may still run. */
export function checkpointPending(run: RunState, event: RunEvent): void {
  const node = run.nodes[text(event.data['node_id'])];
  if (!node || node.state === 'done' || node.state === 'paused') return;
  node.state = 'suspended';
  node.checkpointId = text(event.data['checkpoint_id']);
}

export function checkpointResolved(run: RunState, event: RunEvent): void {
  const id = text(event.data['checkpoint_id']);
  run.waiting = run.waiting.filter((item) => item.checkpoint_id !== id);
  const node = run.nodes[text(event.data['node_id'])];
  if (node?.checkpointId !== id) return;
  delete node.checkpointId;
  if (node.state === 'suspended') node.state = 'running';
}

/** What a suspended run waits for: marks the nodes that wait for an answer, and only those. */
export function setWaiting(run: RunState, waiting: WaitingOn[]): void {
  run.waiting = waiting;
  const open = new Map(
    waiting.filter((w) => w.kind === 'checkpoint' && w.node_id).map((w) => [w.node_id ?? '', w]),
  );
  for (const [id, node] of Object.entries(run.nodes)) {
    if (node.state === 'suspended' && !open.has(id)) node.state = 'running';
  }
  for (const item of waiting) {
    if (item.kind === 'debug' && item.node_id) pausedAt(run, item.node_id, stampOf(item.since, run));
  }
  for (const [id, item] of open) {
    const since = Date.parse(item.since);
    const node = nodeOf(run, id, Number.isNaN(since) ? (run.startedAt ?? 0) : since);
    if (node.state !== 'paused') node.state = 'suspended';
    node.since = Number.isNaN(since) ? node.startedAt : since;
    if (item.checkpoint_id) node.checkpointId = item.checkpoint_id;
  }
}

function stampOf(iso: string, run: RunState): number {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? (run.startedAt ?? 0) : at;
}
