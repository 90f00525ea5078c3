import { expect, test } from 'vitest';
import { applyEvent } from './runReducer';
import { emptyRun } from './runState';
import { ticks, timelineRows } from './timeline';

const block = (id: string, occurrence = 0) => ({
  node_id: id,
  block_id: id,
  occurrence,
  fiber: 'f',
  block_kind: 'flexible',
});

test('a row is split and its failed tries lie over it', () => {
  const run = emptyRun('e');
  applyEvent(run, { type: 'invocation.started', at: 1000, data: {} });
  applyEvent(run, { type: 'block.entered', at: 1000, data: block('a') });
  applyEvent(run, { type: 'effect.started', at: 1010, data: { node_id: 'a', effect_id: 'x', attempt: 1 } });
  applyEvent(run, {
    type: 'effect.ended',
    at: 1060,
    data: { node_id: 'a', effect_id: 'x', status: 'failed' },
  });
  applyEvent(run, {
    type: 'block.timing',
    at: 1100,
    data: { ...block('a'), queue_us: 2000, step_us: 8000, effect_us: 80000, commit_us: 5000 },
  });
  applyEvent(run, { type: 'block.exited', at: 1100, data: block('a') });
  const [row] = timelineRows(run, 2000);
  expect(row).toMatchObject({ from: 0, to: 100, tries: 1, nth: 0 });
  expect(row?.segments).toEqual([
    { kind: 'queue', from: 0, to: 2 },
    { kind: 'start', from: 2, to: 10 },
    { kind: 'run', from: 10, to: 95 },
    { kind: 'persist', from: 95, to: 100 },
    { kind: 'failed', from: 10, to: 60 },
  ]);
});

test('a block whose events share a millisecond is as long as its shares', () => {
  const run = emptyRun('e');
  applyEvent(run, { type: 'invocation.started', at: 0, data: {} });
  applyEvent(run, { type: 'block.entered', at: 0, data: block('a') });
  applyEvent(run, { type: 'block.exited', at: 0, data: block('a') });
  applyEvent(run, {
    type: 'block.timing',
    at: 9,
    data: { ...block('a'), queue_us: 500, step_us: 250, effect_us: 0, commit_us: 4250 },
  });
  const [row] = timelineRows(run, 9);
  expect(row).toMatchObject({ from: 0, to: 5 });
  expect(row?.segments.map((segment) => [segment.kind, segment.to])).toEqual([
    ['queue', 0.5],
    ['start', 0.75],
    ['persist', 5],
  ]);
});

test('what waits is hatched and reaches to now', () => {
  const run = emptyRun('e');
  applyEvent(run, { type: 'invocation.started', at: 0, data: {} });
  applyEvent(run, { type: 'block.entered', at: 10, data: { ...block('r'), block_kind: 'checkpoint' } });
  expect(timelineRows(run, 500)[0]?.segments).toEqual([{ kind: 'waiting', from: 10, to: 500 }]);
});

test('repeated nodes are numbered', () => {
  const run = emptyRun('e');
  for (const n of [0, 1]) {
    applyEvent(run, { type: 'block.entered', at: n, data: block('a', n) });
    applyEvent(run, { type: 'block.exited', at: n, data: block('a', n) });
  }
  expect(timelineRows(run, 9).map((row) => row.nth)).toEqual([1, 2]);
});

test('ticks stand at round numbers', () => {
  expect(ticks(4310, 5)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ticks(180, 4)).toEqual([0, 50, 100, 150]);
});
