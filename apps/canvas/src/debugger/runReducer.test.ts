import { describe, expect, test } from 'vitest';
import { readEvent } from './runEvent';
import { applyEvent, applyResult } from './runReducer';
import type { RunState } from './runState';
import { emptyRun } from './runState';
import { setWaiting } from './runWaiting';

let clock = 1000;
function at(run: RunState, type: string, data: Record<string, unknown>, ms = 10): void {
  clock += ms;
  applyEvent(run, { type, at: clock, data });
}
const block = (id: string, more: Record<string, unknown> = {}) => ({
  node_id: id,
  block_id: id,
  occurrence: 0,
  fiber: 'f0',
  block_kind: 'rigid',
  ...more,
});

function begun(): RunState {
  const run = emptyRun('exec_1');
  at(run, 'invocation.started', { input: { message: 'hi' }, trigger: { kind: 'api', name: 'entry' } });
  return run;
}

describe('reading entries', () => {
  test('a runtime event loses its prefix and keeps its time', () => {
    const event = readEvent(
      'scaicore.runtime.block.entered',
      JSON.stringify({
        type: 'scaicore.runtime.block.entered',
        timestamp: '2026-05-18T09:30:00.123Z',
        payload: { node_id: 'node_a' },
      }),
      5,
    );
    expect(event).toEqual({
      type: 'block.entered',
      at: Date.parse('2026-05-18T09:30:00.123Z'),
      data: { node_id: 'node_a' },
    });
  });
  test('a feed entry without time gets the time of arrival', () => {
    expect(readEvent('model.delta', '{"node_id":"n","text":"x"}', 5)).toEqual({
      type: 'model.delta',
      at: 5,
      data: { node_id: 'n', text: 'x' },
    });
  });
  test('the end carries the result', () => {
    expect(readEvent('end', '{"status":"completed"}', 5)?.data).toEqual({ status: 'completed' });
  });
  test('what is not JSON is dropped', () => {
    expect(readEvent('log', 'nope', 5)).toBeUndefined();
  });
});

describe('blocks', () => {
  test('running, then done with its value in scope', () => {
    const run = begun();
    at(run, 'block.entered', block('node_echo'));
    expect(run.nodes['node_echo']?.state).toBe('running');
    at(
      run,
      'block.exited',
      block('node_echo', { result_binding: 'echo', result_binding_value: '"You said: hi"', duration_ms: 2 }),
    );
    expect(run.nodes['node_echo']).toMatchObject({ state: 'done', count: 1, durationMs: 2 });
    expect(run.rows[0]).toMatchObject({ input: { message: 'hi' }, output: 'You said: hi', binding: 'echo' });
    expect(run.scope).toEqual({ message: 'hi', echo: 'You said: hi' });
  });
  test('a repeated block counts and adds up', () => {
    const run = begun();
    for (let i = 0; i < 3; i++) {
      at(run, 'block.entered', block('node_a', { occurrence: i }));
      at(run, 'block.exited', block('node_a', { occurrence: i, duration_ms: 5 }));
    }
    expect(run.nodes['node_a']).toMatchObject({ count: 3, durationMs: 15 });
    expect(run.rows).toHaveLength(3);
  });
  test('a decision is done when its arm starts, and stays so when the arm fails', () => {
    const run = begun();
    at(run, 'block.entered', block('node_d', { block_kind: 'match' }));
    at(run, 'block.entered', block('node_reply'), 4);
    expect(run.nodes['node_d']).toMatchObject({ state: 'done', durationMs: 4, count: 1 });
    at(run, 'block.failed', block('node_reply', { error: { type: 'TypeMismatchError', message: 'no' } }));
    at(run, 'block.failed', block('node_d', { error: { type: 'TypeMismatchError', message: 'no' } }));
    expect(run.nodes['node_d']?.state).toBe('done');
    expect(run.nodes['node_reply']).toMatchObject({ state: 'failed', errorType: 'TypeMismatchError' });
  });
  test('the blocks the compiler adds around a node are no rows of their own', () => {
    const run = begun();
    at(run, 'block.entered', block('node_a', { block_id: 'node_a#budget' }));
    at(run, 'block.entered', block('node_a'));
    at(run, 'block.exited', block('node_a'));
    at(run, 'block.exited', block('node_a', { block_id: 'node_a#budget' }));
    expect(run.rows).toHaveLength(1);
    expect(run.nodes['node_a']?.count).toBe(1);
  });
  test('timing is split in milliseconds', () => {
    const run = begun();
    at(run, 'block.entered', block('node_a'));
    at(
      run,
      'block.timing',
      block('node_a', { queue_us: 2000, step_us: 9000, effect_us: 168000, commit_us: 5000 }),
    );
    expect(run.rows[0]?.timing).toEqual({ queueMs: 2, startMs: 9, runMs: 168, persistMs: 5 });
  });
});

describe('model and effects', () => {
  test('text grows while it streams and is cut at the front', () => {
    const run = begun();
    at(run, 'block.entered', block('node_r'));
    at(run, 'model.delta', { node_id: 'node_r', text: 'x'.repeat(3999) });
    at(run, 'model.delta', { node_id: 'node_r', text: 'end' });
    expect(run.nodes['node_r']?.state).toBe('streaming');
    expect(run.nodes['node_r']?.text).toHaveLength(4000);
    expect(run.nodes['node_r']?.text.endsWith('xend')).toBe(true);
  });
  test('a failed attempt is kept beside the one that worked', () => {
    const run = begun();
    at(run, 'block.entered', block('node_r'));
    at(run, 'effect.started', { effect_id: 'e1', node_id: 'node_r', attempt: 1 });
    at(run, 'effect.ended', { effect_id: 'e1', node_id: 'node_r', status: 'failed' });
    at(run, 'effect.started', { effect_id: 'e1', node_id: 'node_r', attempt: 2 });
    at(run, 'effect.ended', { effect_id: 'e1', node_id: 'node_r', status: 'ok' });
    expect(run.rows[0]?.attempts.map((a) => a.failed)).toEqual([true, false]);
  });
  test('a reused result shows as recorded', () => {
    const run = begun();
    at(run, 'block.entered', block('node_r'));
    at(run, 'effect.ended', { effect_id: 'e1', node_id: 'node_r', status: 'ok', reused_from: 'exec_0' });
    at(run, 'block.exited', block('node_r'));
    expect(run.nodes['node_r']?.state).toBe('recorded');
  });
});

describe('waiting and ending', () => {
  const waiting = [
    { kind: 'checkpoint', node_id: 'node_review', since: '2026-05-18T09:30:00.000Z', checkpoint_id: 'c1' },
  ];
  test('a checkpoint suspends its node until it is answered', () => {
    const run = begun();
    at(run, 'block.entered', block('node_review', { block_kind: 'checkpoint' }));
    at(run, 'status', { status: 'suspended', waiting_on: waiting });
    expect(run.nodes['node_review']).toMatchObject({ state: 'suspended', checkpointId: 'c1' });
    at(
      run,
      'block.exited',
      block('node_review', { result_binding: 'review', result_binding_value: '{"decision":"send"}' }),
    );
    expect(run.nodes['node_review']?.state).toBe('done');
    expect(run.waiting).toEqual([]);
  });
  test('a checkpoint waits from its entry on, whatever the status says', () => {
    const run = begun();
    at(run, 'block.entered', block('node_review', { block_kind: 'checkpoint' }));
    at(run, 'status', { status: 'suspended' });
    expect(run.status).toBe('suspended');
    expect(run.nodes['node_review']).toMatchObject({ state: 'suspended', since: clock - 10 });
  });
  test('a status that came first is not undone by the events before it', () => {
    const run = begun();
    at(run, 'status', { status: 'suspended', waiting_on: waiting });
    at(run, 'block.entered', block('node_review', { block_kind: 'checkpoint' }));
    expect(run.status).toBe('suspended');
    at(run, 'status', { status: 'running', waiting_on: [] });
    expect(run.status).toBe('running');
  });
  test('a question of one branch waits while the others run', () => {
    const run = begun();
    at(run, 'block.entered', block('node_review', { block_kind: 'checkpoint' }));
    at(run, 'scaicore.checkpoint_pending', { checkpoint_id: 'c1', node_id: 'node_review' });
    at(run, 'status', { status: 'running', waiting_on: [] });
    expect(run.nodes['node_review']).toMatchObject({ state: 'suspended', checkpointId: 'c1' });
    at(run, 'scaicore.checkpoint_resolved', { checkpoint_id: 'c1', node_id: 'node_review' });
    expect(run.nodes['node_review']?.state).toBe('running');
  });
  test('a breakpoint of the flow pauses its node until it goes on', () => {
    const run = begun();
    at(run, 'block.entered', block('node_a', { block_id: 'node_a#bp', block_kind: 'checkpoint' }));
    at(run, 'status', { status: 'suspended', waiting_on: [{ ...waiting[0], node_id: 'node_a' }] });
    expect(run.nodes['node_a']).toMatchObject({ state: 'paused', reason: 'Breakpoint' });
    at(run, 'block.exited', block('node_a', { block_id: 'node_a#bp' }));
    at(run, 'block.entered', block('node_a'));
    expect(run.nodes['node_a']?.state).toBe('running');
    expect(run.rows).toHaveLength(1);
  });
  test('a node that no longer waits runs again', () => {
    const run = begun();
    at(run, 'block.entered', block('node_review'));
    setWaiting(run, waiting);
    setWaiting(run, []);
    expect(run.nodes['node_review']?.state).toBe('running');
  });
  test('a failed run stops what was open and names the error', () => {
    const run = begun();
    at(run, 'block.entered', block('node_a'));
    at(run, 'invocation.failed', { error: { type: 'BudgetExceededError', message: 'm' } });
    expect(run.status).toBe('failed');
    expect(run.nodes['node_a']).toMatchObject({ state: 'failed', errorType: 'BudgetExceededError' });
    expect(run.rows[0]?.status).toBe('failed');
  });
  test('a cancelled run is not a failed one', () => {
    const run = begun();
    at(run, 'invocation.failed', { error: { type: 'Cancelled', message: '' } });
    expect(run.status).toBe('cancelled');
  });
  test('later events cannot bring an ended run back', () => {
    const run = begun();
    at(run, 'invocation.completed', {
      output: { response: 'x' },
      usage: { input_tokens: 1, output_tokens: 2, cost: null },
    });
    at(run, 'status', { status: 'running', waiting_on: [] });
    applyResult(run, { status: 'running' }, clock);
    expect(run.status).toBe('completed');
    expect(run.output).toEqual({ response: 'x' });
    expect(run.usage?.output_tokens).toBe(2);
  });
});
