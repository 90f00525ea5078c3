import { describe, expect, it } from 'vitest';
import type { FlowDocument } from './flow';
import {
  checkConnection,
  edgeTypeFor,
  firstCompatible,
  neighbour,
  portClass,
  unreachable,
  walk,
  wantsElse,
} from './graph';
import { smallFlow } from './testing/flows';
import { seedIndex } from './testing/index';

const out = (node: string, port = 'out') => ({ node, side: 'out' as const, port });
const into = (node: string, port = 'in') => ({ node, side: 'in' as const, port });

function withLoop(): FlowDocument {
  const flow = smallFlow();
  flow.nodes[1] = {
    ...flow.nodes[1]!,
    type: 'logic_loop',
    outputs: [
      { id: 'body', label: 'each', type: 'object' },
      { id: 'done', label: 'done', type: 'object' },
    ],
  };
  flow.edges[1] = { ...flow.edges[1]!, source: { node: 'node_b', port: 'body' } };
  return flow;
}

describe('what may be joined', () => {
  it('refuses with the reason that is spoken', () => {
    const index = seedIndex(smallFlow());
    const reason = (a: ReturnType<typeof out> | ReturnType<typeof into>, b: typeof a): string =>
      checkConnection(index, a, b).reason;
    expect(reason(into('node_b'), into('node_c'))).toBe('Two inputs cannot be joined');
    expect(reason(out('node_b'), out('node_c'))).toBe('Two outputs cannot be joined');
    expect(reason(out('node_b'), into('node_b'))).toBe('A step cannot follow itself');
    expect(reason(out('node_b'), into('node_a'))).toBe('An entry has no input');
    expect(reason(out('node_a', 'out_request'), into('node_b'))).toBe('These ports are joined already');
  });

  it('does not count the edge that is being rewired', () => {
    const index = seedIndex(smallFlow());
    expect(
      checkConnection(index, out('node_a', 'out_request'), into('node_b'), { ignoreEdge: 'edge_ab' }).status,
    ).toBe('ok');
  });

  it('warns of cycles, but not where a body goes back to its loop', () => {
    expect(checkConnection(seedIndex(smallFlow()), out('node_c'), into('node_b')).reason).toBe(
      'Makes a cycle',
    );
    const index = seedIndex(withLoop());
    expect(checkConnection(index, out('node_c'), into('node_b')).status).toBe('ok');
    expect(checkConnection(index, out('node_b', 'body'), into('node_b')).status).toBe('ok');
    expect(checkConnection(index, out('node_b', 'done'), into('node_b')).reason).toBe(
      'A step cannot follow itself',
    );
  });

  it('sees no cycle in data edges', () => {
    expect(
      checkConnection(seedIndex(smallFlow()), out('node_c'), into('node_b'), { type: 'data' }).status,
    ).toBe('ok');
  });

  it('warns where a type does not fit', () => {
    const flow = smallFlow();
    flow.nodes[2]!.inputs = [{ id: 'in', type: 'string' }];
    flow.nodes[1]!.outputs = [{ id: 'out', type: 'array[string]' }];
    flow.edges = [];
    expect(checkConnection(seedIndex(flow), out('node_b'), into('node_c')).reason).toBe(
      'Gives array[string], takes string',
    );
  });

  it('picks the first port that fits', () => {
    const flow = smallFlow();
    flow.nodes[2]!.inputs = [{ id: 'in' }, { id: 'second' }];
    const index = seedIndex(flow);
    expect(firstCompatible(index, out('node_b'), 'node_c')?.place.port).toBe('second');
  });
});

describe('questions about the graph', () => {
  it('tells the class of a port', () => {
    expect(['object', 'string', 'array[string]', 'list', 'any', undefined].map(portClass)).toEqual([
      'object',
      'text',
      'list',
      'list',
      'any',
      'object',
    ]);
  });

  it('finds nodes that no entry leads to, and none without an entry', () => {
    const flow = smallFlow();
    flow.edges = [flow.edges[0]!];
    expect([...unreachable(seedIndex(flow))]).toEqual(['node_c']);
    flow.nodes.shift();
    expect([...unreachable(seedIndex(flow))]).toEqual([]);
  });

  it('walks up and down', () => {
    const index = seedIndex(smallFlow());
    expect([...walk(index, ['node_b'], 'out')].sort()).toEqual(['node_b', 'node_c']);
    expect([...walk(index, ['node_b'], 'in')].sort()).toEqual(['node_a', 'node_b']);
  });

  it('moves the focus along edges and to siblings by position', () => {
    const flow = smallFlow();
    flow.nodes[2]!.position = { x: 320, y: 200 };
    const index = seedIndex(flow);
    expect(neighbour(index, 'node_a', 'right')).toBe('node_b');
    expect(neighbour(index, 'node_b', 'left')).toBe('node_a');
    expect(neighbour(index, 'node_b', 'down')).toBe('node_c');
    expect(neighbour(index, 'node_c', 'up')).toBe('node_b');
    expect(neighbour(index, 'node_a', 'left')).toBeNull();
  });

  it('makes conditional edges from decisions and offers else once', () => {
    const flow = smallFlow();
    flow.nodes[1]!.type = 'logic_decision';
    flow.edges[1] = { ...flow.edges[1]!, type: 'conditional', condition: 'x > 1' };
    const index = seedIndex(flow);
    expect(edgeTypeFor(index, { node: 'node_b' }, false)).toBe('conditional');
    expect(edgeTypeFor(index, { node: 'node_b' }, true)).toBe('data');
    expect(wantsElse(index, 'node_b')).toBe(true);
    expect(wantsElse(index, 'node_b', 'edge_bc')).toBe(false);
  });
});
