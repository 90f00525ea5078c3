import { expect, test } from 'vitest';
import { compareRuns, isSame } from './compare';
import { applyEvent } from './runReducer';
import type { RunState } from './runState';
import { emptyRun } from './runState';

function runOf(steps: [string, unknown][]): RunState {
  const run = emptyRun('exec_1');
  steps.forEach(([id, value], i) => {
    const place = { node_id: id, block_id: id, occurrence: 1, fiber: 0 };
    const data = { ...place, block_kind: 'rigid', result_binding: id };
    applyEvent(run, { type: 'block.entered', at: i * 10, data });
    const shown = { ...data, result_binding_value: JSON.stringify(value) };
    applyEvent(run, { type: 'block.exited', at: i * 10 + 5, data: shown });
  });
  return run;
}

test('what is equal is no difference, whatever the order of its members', () => {
  const left = runOf([['a', { x: 1, y: [2] }]]);
  expect(compareRuns(left, runOf([['a', { y: [2], x: 1 }]]))).toEqual([]);
});

test('another value, another way', () => {
  const left = runOf([['a', 1], ['b', 2], ['yes', 3]]);
  const right = runOf([['a', 1], ['b', 9], ['no', 3]]);
  expect(compareRuns(left, right).map((each) => [each.nodeId, each.kind])).toEqual([
    ['b', 'value'],
    ['yes', 'onlyLeft'],
    ['no', 'onlyRight'],
  ]);
});

test('a recorded result counts as done, a repeated step does not', () => {
  const left = runOf([['a', 1]]);
  const right = runOf([['a', 1]]);
  const node = right.nodes['a'];
  if (node) node.state = 'recorded';
  expect(compareRuns(left, right)).toEqual([]);
  expect(compareRuns(left, runOf([['a', 1], ['a', 1]])).map((each) => each.kind)).toEqual(['count']);
});

test('null and absent are not the same', () => {
  expect(isSame({ a: null }, {})).toBe(false);
  expect(isSame([1], { 0: 1 })).toBe(false);
});
