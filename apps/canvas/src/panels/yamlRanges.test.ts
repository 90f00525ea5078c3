import { expect, test } from 'vitest';
import { movedRange, rangeOf } from './yamlRanges';

const yaml = [
  'core:',
  '  name: x',
  '  flows:',
  '    - name: main',
  '      steps:',
  '        - rigid: "a"',
  '          bind: echo',
  '          meta:',
  '            id: node_echo',
  '            type: llm_rigid',
  '',
  '        - rigid: "b"',
  '          meta: {id: node_b, type: llm_rigid}',
  '  tail: 1',
];

test('the step of a node, whole', () => {
  expect(rangeOf(yaml, 'node_echo')).toEqual({ from: 6, to: 10 });
  expect(rangeOf(yaml, 'node_b')).toEqual({ from: 12, to: 13 });
  expect(rangeOf(yaml, 'node')).toBeUndefined();
});

test('a range moves with what is written before it, and grows with what is written in it', () => {
  const edit = (from: number, to: number, lines: number) =>
    movedRange({ from: 5, to: 8 }, { from, to, lines: Array<string>(lines).fill('x') });
  expect(edit(8, 9, 3)).toEqual({ from: 5, to: 8 });
  expect(edit(0, 1, 3)).toEqual({ from: 7, to: 10 });
  expect(edit(5, 6, 3)).toEqual({ from: 5, to: 10 });
  expect(edit(6, 8, 0)).toEqual({ from: 5, to: 6 });
  expect(edit(4, 5, 1)).toBeUndefined();
  expect(edit(7, 9, 2)).toBeUndefined();
});

test('a range stays where its first line is written anew as one item', () => {
  const edit = (...lines: string[]) => movedRange({ from: 5, to: 8 }, { from: 4, to: 6, lines });
  expect(edit('  - a: 1', '    b: 2', '    c: 3')).toEqual({ from: 5, to: 9 });
  expect(edit('  - a: 1', '  - b: 2')).toBeUndefined();
  expect(edit('    b: 2')).toBeUndefined();
});
