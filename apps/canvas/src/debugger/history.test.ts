import { expect, test } from 'vitest';
import { blockPositions, positionAt, runAt } from './history';
import type { RunEvent } from './runEvent';

const block = (type: string, id: string, seq: number, more: Record<string, unknown> = {}): RunEvent => ({
  type,
  at: 1000 + seq * 10,
  data: { node_id: id, block_id: id, occurrence: 1, fiber: 0, block_kind: 'rigid', seq, ...more },
});

const EVENTS: RunEvent[] = [
  { type: 'invocation.started', at: 1010, data: { input: { n: 1 }, seq: 1 } },
  block('block.entered', 'a', 1),
  block('block.exited', 'a', 3, { result_binding: 'a', result_binding_value: '2' }),
  block('block.entered', 'b', 3),
  { type: 'status', at: 1035, data: { status: 'suspended', waiting_on: [] } },
  block('block.exited', 'b', 5),
  { type: 'invocation.completed', at: 1050, data: { output: { a: 2 }, seq: 5 } },
];

test('a position shows what was known then, and nothing later', () => {
  const first = runAt('exec_1', EVENTS, 2);
  expect(first.nodes['a']).toMatchObject({ state: 'running' });
  expect(first.nodes['b']).toBeUndefined();
  expect(first.scope).toEqual({ n: 1 });
  const second = runAt('exec_1', EVENTS, 3);
  expect(second.nodes['a']).toMatchObject({ state: 'done' });
  expect(second.nodes['b']).toMatchObject({ state: 'running' });
  expect(second.scope).toEqual({ n: 1, a: 2 });
  expect(second.frozenAt).toBe(1030);
  expect(second.status).toBe('running');
  expect(runAt('exec_1', EVENTS, 5)).toMatchObject({ status: 'completed', output: { a: 2 } });
});

test('blocks are entered at some records only', () => {
  expect(blockPositions(EVENTS)).toEqual([1, 3]);
});

test('a moment stands at the last record before it', () => {
  expect(positionAt(EVENTS, 1005)).toBe(1);
  expect(positionAt(EVENTS, 1034)).toBe(3);
  expect(positionAt(EVENTS, 9999)).toBe(5);
});
