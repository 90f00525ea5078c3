import { expect, test } from 'vitest';
import type { EdgeView, NodeView } from './flow';
import { readQuery, searchFlow } from './search';

const node = (id: string, type: string, label: string, config: NodeView['config'] = {}): NodeView => ({
  id,
  type,
  label,
  position: { x: 0, y: 0 },
  config,
  inputs: [],
  outputs: [],
});

const nodes = [
  node('node_a', 'entry_api', 'API Entry'),
  node('node_b', 'llm_flexible', 'Classify', { goal: 'Sort this\nmessage of Acme', llm_role: 'fast' }),
  node('node_c', 'queue_publish', 'Tell', { queue: 'reviews', payload: { why: '{{classify}}' } }),
];
const edges: EdgeView[] = [
  { id: 'edge_1', type: 'conditional', source: { node: 'a' }, target: { node: 'b' }, condition: 'x > 0.7' },
];
const notes = [{ id: 'note_1', text: '# Mind\nthe Acme contract' }];
const problemsOf = (id: string) => (id === 'node_c' ? [{ code: 'F301', message: 'no such queue' }] : []);

const found = (text: string) =>
  searchFlow(readQuery(text), { nodes, edges, notes, problemsOf }).map((hit) => [hit.id, hit.where]);

test('names, ids and kinds match without a piece of text', () => {
  expect(found('class')).toEqual([
    ['node_b', ''],
    ['node_c', 'payload why {{classify}}'],
  ]);
  expect(found('node_c')).toEqual([['node_c', '']]);
  expect(found('')).toEqual([]);
});

test('config, conditions and notes match by what is written in them', () => {
  expect(found('acme')).toEqual([
    ['node_b', 'message of Acme llm_role fast'],
    ['note_1', '# Mind the Acme contract'],
  ]);
  expect(found('0.7')).toEqual([['edge_1', 'x > 0.7']]);
  expect(found('classify acme')).toEqual([['node_b', 'message of Acme llm_role fast']]);
});

test('a filter asks steps alone', () => {
  expect(found('type:llm')).toEqual([['node_b', '']]);
  expect(found('role:fast')).toEqual([['node_b', '']]);
  expect(found('queue:rev')).toEqual([['node_c', '']]);
  expect(found('problem:f301')).toEqual([['node_c', '']]);
  expect(found('problem:')).toEqual([['node_c', '']]);
  expect(found('role:fast nothing')).toEqual([]);
});
