import { expect, test } from 'vitest';
import { rangeOf } from './yamlRanges';

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
].join('\n');

test('the step of a node, whole', () => {
  expect(rangeOf(yaml, 'node_echo')).toEqual({ from: 6, to: 10 });
  expect(rangeOf(yaml, 'node_b')).toEqual({ from: 12, to: 13 });
  expect(rangeOf(yaml, 'node')).toBeUndefined();
});
