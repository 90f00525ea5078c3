import { expect, test } from 'vitest';
import type { EdgeView, NodeView } from '../model/flow';
import { outlineOf } from './outlineModel';

const node = (id: string, type: string): NodeView => ({
  id,
  type,
  label: id,
  position: { x: 0, y: 0 },
  config: {},
  inputs: [],
  outputs: [],
});
const edge = (source: string, target: string, condition?: string): EdgeView => ({
  id: `${source}-${target}`,
  type: condition === undefined ? 'sequential' : 'conditional',
  source: { node: source, port: 'out' },
  target: { node: target, port: 'in' },
  ...(condition === undefined ? {} : { condition }),
});
function view(nodes: NodeView[], edges: EdgeView[]) {
  return {
    nodes: Object.fromEntries(nodes.map((n) => [n.id, n])),
    edges: Object.fromEntries(edges.map((e) => [e.id, e])),
    nodeOrder: nodes.map((n) => n.id),
    edgeOrder: edges.map((e) => e.id),
  };
}

test('branches say what leads to them and joins stand once', () => {
  const { items, loose } = outlineOf(
    view(
      [
        node('e', 'entry_api'),
        node('d', 'logic_decision'),
        node('a', 'llm_rigid'),
        node('b', 'llm_rigid'),
        node('j', 'llm_rigid'),
        node('x', 'llm_rigid'),
      ],
      [edge('e', 'd'), edge('d', 'a', 'n > 1'), edge('d', 'b', 'else'), edge('a', 'j'), edge('b', 'j')],
    ),
  );
  expect(
    items.map((item) => `${'-'.repeat(item.depth)}${item.nodeId}|${item.via}${item.seen ? '|seen' : ''}`),
  ).toEqual(['e|', 'd|', '-a|if n > 1', '-j|', '-b|else', '-j||seen']);
  expect(loose).toEqual(['x']);
});

test('a cycle ends at the node that was seen', () => {
  const { items } = outlineOf(
    view([node('e', 'entry_api'), node('a', 'llm_rigid')], [edge('e', 'a'), edge('a', 'e')]),
  );
  expect(items.map((item) => [item.nodeId, item.seen])).toEqual([
    ['e', false],
    ['a', false],
    ['e', true],
  ]);
});
