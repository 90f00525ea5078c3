import type { RunError, RunResult, RunStatus, Usage } from '../api/types';
import type { RunEvent } from './runEvent';
import { place, seqOf, text } from './runEvent';
import type { Occurrence, RunState } from './runState';
import { isOver, nodeOf, pausedAt } from './runState';
import { checkpointPending, checkpointResolved, status } from './runWaiting';

const TEXT_MAX = 4000;
const LOG_MAX = 2000;

/** Folds one event into the run, in place. Events that are not known change nothing. */
export function applyEvent(run: RunState, event: RunEvent): void {
  const apply = handlers[event.type];
  if (apply) apply(run, event);
}

type Handler = (run: RunState, event: RunEvent) => void;

const handlers: Record<string, Handler> = {
  'invocation.started': started,
  'invocation.completed': completed,
  'invocation.failed': failedRun,
  'block.entered': entered,
  'block.exited': exited,
  'block.failed': failedBlock,
  'block.timing': timing,
  'model.delta': delta,
  'effect.started': effectStarted,
  'effect.ended': effectEnded,
  'debug.paused': paused,
  'debug.resumed': resumed,
  status,
  'scaicore.checkpoint_pending': checkpointPending,
  'scaicore.checkpoint_resolved': checkpointResolved,
  scope: scopeSet,
  log,
  'feed.gap': (run) => {
    run.gaps = true;
  },
  end,
};

function started(run: RunState, event: RunEvent): void {
  if (run.status === 'queued') run.status = 'running';
  run.startedAt = event.at;
  run.input = event.data['input'];
  const trigger = event.data['trigger'];
  run.trigger = typeof trigger === 'string' ? trigger : text((trigger as { name?: unknown } | null)?.name);
  if (run.input !== null && typeof run.input === 'object') run.scope = { ...(run.input as object) };
}

/** Blocks that the compiler puts around a node have ids such as `node_x#budget`. */
const isHelper = (blockId: string): boolean => blockId.includes('#');

function openRow(run: RunState, blockId: string, occurrence: number): Occurrence | undefined {
  for (let i = run.rows.length - 1; i >= 0; i--) {
    const row = run.rows[i];
    if (row && row.blockId === blockId && row.occurrence === occurrence && row.status === 'open') return row;
  }
  return undefined;
}

function lastInFiber(run: RunState, fiber: string): Occurrence | undefined {
  for (let i = run.rows.length - 1; i >= 0; i--) {
    const row = run.rows[i];
    if (row && row.fiber === fiber) return row;
  }
  return undefined;
}

function entered(run: RunState, event: RunEvent): void {
  const at = place(event);
  if (at.nodeId === '') return;
  if (at.blockId.endsWith('#bp')) pausedAt(run, at.nodeId, event.at, 'Breakpoint');
  if (isHelper(at.blockId)) return;
  closeDecision(run, at.fiber, event.at);
  run.entries += 1;
  const node = nodeOf(run, at.nodeId, event.at);
  node.state = text(event.data['block_kind']) === 'checkpoint' ? 'suspended' : 'running';
  node.startedAt = event.at;
  node.since = event.at;
  node.lastEntry = run.entries;
  node.text = '';
  delete node.errorType;
  run.rows.push({
    key: `${at.blockId}@${at.occurrence}@${run.entries}`,
    nodeId: at.nodeId,
    blockId: at.blockId,
    kind: text(event.data['block_kind']),
    occurrence: at.occurrence,
    fiber: at.fiber,
    fromSeq: seqOf(event),
    toSeq: seqOf(event),
    rank: run.entries,
    startedAt: event.at,
    status: 'open',
    input: inputOf(run, at.fiber),
    attempts: [],
  });
}

/** A decision has done its share as soon as the first block of an arm starts. */
function closeDecision(run: RunState, fiber: string, at: number): void {
  const above = lastInFiber(run, fiber);
  if (!above || above.status !== 'open' || above.kind !== 'match' || above.ownEndedAt !== undefined) return;
  above.ownEndedAt = at;
  const node = run.nodes[above.nodeId];
  if (!node) return;
  node.state = 'done';
  node.count += 1;
  node.durationMs += at - above.startedAt;
}

function inputOf(run: RunState, fiber: string): unknown {
  const before = lastInFiber(run, fiber) ?? run.rows[run.rows.length - 1];
  if (!before) return run.input;
  return before.status === 'done' ? before.output : before.input;
}

function endRow(run: RunState, row: Occurrence, event: RunEvent, result: 'done' | 'failed'): void {
  row.status = result;
  row.endedAt = event.at;
  row.toSeq = seqOf(event);
  row.lastInside = run.entries;
}

function valueOf(data: Record<string, unknown>): unknown {
  const raw = data['result_binding_value'];
  if (typeof raw !== 'string') return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

function exited(run: RunState, event: RunEvent): void {
  const at = place(event);
  const row = openRow(run, at.blockId, at.occurrence);
  const node = run.nodes[at.nodeId];
  if (!row || !node || isHelper(at.blockId)) return;
  endRow(run, row, event, 'done');
  const binding = text(event.data['result_binding']);
  if (event.data['result_binding_truncated'] === true) row.truncated = true;
  row.output = valueOf(event.data);
  if (binding !== '') {
    row.binding = binding;
    run.scope = { ...run.scope, [binding]: row.output };
  }
  row.scope = run.scope;
  if (row.ownEndedAt !== undefined) return;
  node.count += 1;
  node.durationMs +=
    typeof event.data['duration_ms'] === 'number' ? event.data['duration_ms'] : event.at - row.startedAt;
  const reused = event.data['reused_from'] !== undefined || row.attempts.at(-1)?.reused === true;
  node.state = reused ? 'recorded' : 'done';
  delete node.since;
  run.waiting = run.waiting.filter((waiting) => waiting.node_id !== at.nodeId);
}

function errorOf(value: unknown): RunError {
  const body = (value !== null && typeof value === 'object' ? value : {}) as Record<string, unknown>;
  return {
    type: text(body['type']) || 'Error',
    message: text(body['message']),
    code: text(body['code']) || null,
    location: (body['location'] as RunError['location']) ?? null,
  };
}

function failedBlock(run: RunState, event: RunEvent): void {
  const at = place(event);
  if (at.nodeId === '') return;
  const error = errorOf(event.data['error']);
  const row = openRow(run, at.blockId, at.occurrence);
  if (row) {
    endRow(run, row, event, 'failed');
    row.error = error;
  }
  const node = nodeOf(run, at.nodeId, event.at);
  const caughtInside = row?.ownEndedAt !== undefined;
  if (caughtInside) return;
  node.state = 'failed';
  node.errorType = error.type;
  node.durationMs += event.at - node.startedAt;
}

function timing(run: RunState, event: RunEvent): void {
  const at = place(event);
  for (let i = run.rows.length - 1; i >= 0; i--) {
    const row = run.rows[i];
    if (!row || row.blockId !== at.blockId || row.occurrence !== at.occurrence) continue;
    const ms = (name: string) => Number(event.data[name] ?? 0) / 1000;
    row.timing = {
      queueMs: ms('queue_us'),
      startMs: ms('step_us'),
      runMs: ms('effect_us'),
      persistMs: ms('commit_us'),
    };
    return;
  }
}

function delta(run: RunState, event: RunEvent): void {
  const node = run.nodes[text(event.data['node_id'])];
  if (!node || (node.state !== 'running' && node.state !== 'streaming')) return;
  node.state = 'streaming';
  node.text = (node.text + text(event.data['text'])).slice(-TEXT_MAX);
  node.tokens += 1;
}

function rowOfNode(run: RunState, nodeId: string): Occurrence | undefined {
  for (let i = run.rows.length - 1; i >= 0; i--) {
    const row = run.rows[i];
    if (row && row.nodeId === nodeId) return row;
  }
  return undefined;
}

function effectStarted(run: RunState, event: RunEvent): void {
  const row = rowOfNode(run, text(event.data['node_id']));
  row?.attempts.push({
    effectId: text(event.data['effect_id']),
    attempt: Number(event.data['attempt'] ?? 1),
    startedAt: event.at,
    failed: false,
    reused: false,
  });
}

function effectEnded(run: RunState, event: RunEvent): void {
  const row = rowOfNode(run, text(event.data['node_id']));
  const reused = event.data['reused_from'] !== undefined && event.data['reused_from'] !== null;
  const attempt = row?.attempts.findLast(
    (item) => item.effectId === text(event.data['effect_id']) && item.endedAt === undefined,
  );
  if (attempt) {
    attempt.endedAt = event.at;
    attempt.failed = /fail|error/.test(text(event.data['status']));
    attempt.reused = reused;
  } else if (row && reused) {
    row.attempts.push({
      effectId: text(event.data['effect_id']),
      attempt: 1,
      startedAt: event.at,
      endedAt: event.at,
      failed: false,
      reused,
    });
  }
}

function paused(run: RunState, event: RunEvent): void {
  const id = text(event.data['node_id']) || text(event.data['block_id']).replace(/#.*$/, '');
  if (id !== '') pausedAt(run, id, event.at, text(event.data['reason']));
}

function resumed(run: RunState): void {
  for (const node of Object.values(run.nodes)) {
    if (node.state === 'paused') node.state = 'running';
  }
}

function scopeSet(run: RunState, event: RunEvent): void {
  const name = text(event.data['name']);
  if (name !== '') run.scope = { ...run.scope, [name]: event.data['value'] };
}

function log(run: RunState, event: RunEvent): void {
  run.log.push({
    at: event.at,
    level: text(event.data['level']) || 'info',
    message: text(event.data['message']),
    nodeId: text(event.data['node_id']) || null,
  });
  if (run.log.length > LOG_MAX) run.log.shift();
}

function completed(run: RunState, event: RunEvent): void {
  run.output = event.data['output'];
  const usage = event.data['usage'];
  if (usage !== null && typeof usage === 'object') run.usage = usage as Usage;
  finish(run, 'completed', event.at);
}

function failedRun(run: RunState, event: RunEvent): void {
  run.error = errorOf(event.data['error']);
  finish(run, run.error.type === 'Cancelled' ? 'cancelled' : 'failed', event.at);
}

/** What still looked busy when the run ended has stopped with it. */
function finish(run: RunState, result: RunStatus, at: number): void {
  run.status = result;
  run.endedAt ??= at;
  run.waiting = [];
  for (const row of run.rows) {
    if (row.status !== 'open') continue;
    row.status = result === 'completed' ? 'done' : 'failed';
    row.endedAt = at;
  }
  for (const node of Object.values(run.nodes)) {
    if (node.state === 'done' || node.state === 'failed' || node.state === 'recorded') continue;
    node.state = result === 'completed' ? 'done' : 'failed';
    if (result === 'cancelled') node.errorType = 'Cancelled';
    else if (result === 'failed' && run.error) node.errorType ??= run.error.type;
  }
}

function end(run: RunState, event: RunEvent): void {
  applyResult(run, event.data as unknown as RunResult, event.at);
}

/** Takes over what the execution record says; it wins over what the events made likely. */
export function applyResult(run: RunState, result: Partial<RunResult>, at: number): void {
  if (result.usage) run.usage = result.usage;
  if (result.output !== undefined && result.output !== null) run.output = result.output;
  if (result.error) run.error = errorOf(result.error);
  if (!result.status) return;
  if (isOver(result.status)) {
    const length =
      typeof result.duration_ms === 'number' && run.startedAt !== undefined
        ? run.startedAt + result.duration_ms
        : at;
    finish(run, result.status, run.endedAt ?? length);
  } else if (!isOver(run.status)) {
    run.status = result.status;
  }
}
