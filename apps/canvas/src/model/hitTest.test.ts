import { beforeEach, describe, expect, it } from 'vitest';
import { seedIndex } from './testing/index';
import type { FlowIndex } from './flowIndex';
import { edgeToInsert, hitTest, inMarquee, nodeAt } from './hitTest';
import { smallFlow } from './testing/flows';

let index: FlowIndex;
beforeEach(() => {
  index = seedIndex(smallFlow());
});

describe('hit test', () => {
  it('takes ports before nodes within 12 units', () => {
    expect(hitTest(index, { x: 229, y: 66 }, { k: 1 })).toEqual({
      kind: 'port',
      id: 'node_a',
      side: 'out',
      port: 'out_request',
    });
    expect(hitTest(index, { x: 200, y: 66 }, { k: 1 })).toEqual({ kind: 'node', id: 'node_a' });
  });

  it('finds no ports on tiles', () => {
    expect(hitTest(index, { x: 215, y: 63 }, { k: 0.2 })).toEqual({ kind: 'node', id: 'node_a' });
  });

  it('takes an edge by its end or by its middle', () => {
    expect(hitTest(index, { x: 260, y: 66 }, { k: 1 })).toMatchObject({ kind: 'edge', id: 'edge_ab' });
    expect(hitTest(index, { x: 281, y: 63 }, { k: 1 })).toEqual({
      kind: 'edge',
      id: 'edge_ab',
      end: 'target',
    });
    expect(hitTest(index, { x: 260, y: 80 }, { k: 1 })).toEqual({ kind: 'empty' });
  });

  it('takes a pill before its edge', () => {
    expect(hitTest(index, { x: 262, y: 70 }, { k: 1, pillHalf: () => 20 })).toEqual({
      kind: 'pill',
      id: 'edge_ab',
    });
  });

  it('prefers the raised node, else the last in the document', () => {
    const flow = smallFlow();
    flow.nodes[1]!.position = { x: 40, y: 10 };
    const stacked = seedIndex(flow);
    expect(nodeAt(stacked, { x: 100, y: 40 })).toBe('node_b');
    expect(nodeAt(stacked, { x: 100, y: 40 }, (id) => id === 'node_a')).toBe('node_a');
  });

  it('finds the edge to insert into within 12 units only', () => {
    expect(edgeToInsert(index, { x: 260, y: 72 }, () => false)).toBe('edge_ab');
    expect(edgeToInsert(index, { x: 260, y: 80 }, () => false)).toBeNull();
    expect(edgeToInsert(index, { x: 260, y: 66 }, (edge) => edge.source.node === 'node_a')).toBeNull();
  });

  it('takes by touch or wholly inside', () => {
    expect(inMarquee(index, { x: 210, y: 0, w: 80, h: 100 }, false).sort()).toEqual(['edge_ab', 'node_a']);
    expect(inMarquee(index, { x: -10, y: -10, w: 240, h: 100 }, true)).toEqual(['node_a']);
  });
});
