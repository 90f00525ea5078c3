import { describe, expect, it } from 'vitest';
import type { Change, Difference } from './difference';
import { fieldsOf, markOf, marksOf } from './difference';

const node = (rest: Partial<Change>): Change => ({
  entity: 'node',
  id: 'node_a',
  change: 'changed',
  path: 'nodes[node_a]',
  at: ['nodes', 'node_a'],
  ...rest,
});
const field = (...at: string[]) => ({ change: 'changed' as const, path: at.join('.'), at });

describe('what differs between two versions', () => {
  it('is a move where only the place differs', () => {
    expect(markOf(node({ fields: [field('position', 'x')] }))).toBe('moved');
    expect(markOf(node({ change: 'reordered', behind: null }))).toBe('moved');
    expect(markOf(node({ fields: [field('position', 'x'), field('label')] }))).toBe('changed');
    expect(markOf(node({ change: 'added', after: {} }))).toBe('added');
  });

  it('is marked by node and by edge, whose ids may be the same', () => {
    const edge: Change = { ...node({ change: 'removed', before: {} }), entity: 'edge' };
    const flow: Change = { ...node({ fields: [field('name')] }), entity: 'flow', id: null };
    const marks = marksOf({ changes: [flow, node({ fields: [field('label')] }), edge] } as Difference);
    expect([...marks.nodes]).toEqual([['node_a', 'changed']]);
    expect([...marks.edges]).toEqual([['node_a', 'removed']]);
    expect(marksOf(undefined).nodes.size).toBe(0);
  });

  it('is told field by field, the place on the canvas aside', () => {
    const goal = field('config', 'goal');
    expect(fieldsOf(node({ fields: [field('position', 'y'), goal] }))).toEqual([goal]);
  });

  it('is all that a step holds, where one version alone has it', () => {
    const before = { id: 'node_a', type: 't', label: 'A', position: {}, config: { goal: 'g', note: '' } };
    expect(fieldsOf(node({ change: 'removed', before }))).toEqual([
      { change: 'removed', path: 'config.goal', at: ['config', 'goal'], before: 'g' },
    ]);
    const after = { id: 'e', type: 'conditional', source: {}, target: {}, condition: 'x > 1' };
    const edge: Change = { ...node({ change: 'added', after }), entity: 'edge' };
    expect(fieldsOf(edge).map(({ path }) => path)).toEqual(['type', 'condition']);
  });
});
