import { createEffect, createRoot } from 'solid-js';
import { describe, expect, it } from 'vitest';
import { renderDoc } from '../sync/flowDoc';
import { largeFlow, smallFlow } from '../model/testing/flows';
import type { FlowDocument, Json } from '../model/flow';
import { createSession, type CanvasSession } from './session';
import { Projection } from './projection';

function open(flow: FlowDocument = smallFlow()): CanvasSession {
  let now = 0;
  return createSession(flow, {}, { now: () => (now += 1000) });
}

describe('a session', () => {
  it('returns an untouched document unchanged', () => {
    const flow = smallFlow();
    delete flow.tests;
    flow.nodes[1]!.config = { goal: 'g', guidance: '' };
    const session = open(flow);
    expect(session.toJSON()).toEqual(flow);
    expect(session.store.meta.dirty).toBe(false);
  });

  it('shows a change in the store and in the JSON', () => {
    const session = open();
    session.writes.setNodeConfig('node_b', 'goal', 'Answer shortly');
    session.writes.setNodeLabel('node_b', 'Answer');
    session.writes.setConfig(['core_identity', 'persona'], 'Kind');
    session.writes.setConfig(['bunker', 'image'], 'python-3.12');
    expect(session.store.nodes['node_b']).toMatchObject({
      label: 'Answer',
      config: { goal: 'Answer shortly' },
    });
    const json = session.toJSON();
    expect(json.config).toMatchObject({
      core_identity: { persona: 'Kind', models: [{ role: 'primary' }] },
      bunker: { image: 'python-3.12' },
    });
    expect(session.store.meta.dirty).toBe(true);
    session.markSaved('1.0.1', 'flow_row');
    expect(session.store.meta).toMatchObject({
      dirty: false,
      version: '1.0.1',
      savedVersion: '1.0.1',
      flowId: 'flow_row',
    });
    expect(session.toJSON()).toMatchObject({ id: 'flow_row', version: '1.0.1' });
  });

  it('takes members away', () => {
    const session = open();
    session.writes.setConfig(['bunker', 'image'], 'x');
    session.writes.setConfig(['bunker'], undefined);
    session.writes.setNodeConfig('node_b', 'llm_role', undefined);
    session.writes.setConfig(['scaiqueue'], { scope: 's', queues: [{ slug: 'q' }] });
    session.writes.setConfig(['scaiqueue'], undefined);
    expect(session.toJSON().config).not.toHaveProperty('bunker');
    expect(session.toJSON().config).not.toHaveProperty('scaiqueue');
    expect(session.store.queues).toEqual([]);
    expect(session.store.nodes['node_b']?.config).not.toHaveProperty('llm_role');
  });

  it('replaces rows and keeps their order', () => {
    const session = open();
    session.writes.setModels([
      { role: 'primary', ref: 'openai', model: 'gpt-4o', temperature: 0.2 },
      { role: 'fast', ref: 'scaigrid', model: 'm' },
    ]);
    session.writes.setModels([
      { role: 'fast', ref: 'scaigrid', model: 'm' },
      { role: 'primary', ref: 'openai', model: 'gpt-4o' },
    ]);
    expect(session.store.models).toEqual([
      { role: 'fast', ref: 'scaigrid', model: 'm' },
      { role: 'primary', ref: 'openai', model: 'gpt-4o' },
    ]);
    session.writes.setVariables([{ name: 'brand', type: 'string', default: 'Acme', description: 'Name' }]);
    expect(session.toJSON().variables).toEqual([
      { name: 'brand', type: 'string', default: 'Acme', description: 'Name' },
    ]);
    session.writes.setTests([{ name: 't', input: {}, mocks: { node_b: { $each: [1, 2] } } }]);
    expect(session.store.tests[0]?.mocks).toEqual({ node_b: { $each: [1, 2] } });
  });

  it('adds nodes with defaults, a free label and ports, and removes them with their edges', () => {
    const session = open();
    const first = session.writes.addNode('logic_loop', { x: 10, y: 20 });
    const second = session.writes.addNode('logic_loop', { x: 10, y: 20 });
    expect(session.store.nodes[first]).toMatchObject({ label: 'Loop', config: { style: 'foreach' } });
    expect(session.store.nodes[second]?.label).toBe('Loop 2');
    expect(session.store.nodes[first]?.outputs.map((port) => port.id)).toEqual(['body', 'done']);
    session.writes.setNodeConfig(first, 'style', 'while');
    expect(session.store.nodes[first]?.config['max_iterations']).toBe(1000);
    session.writes.removeNodes(['node_b']);
    expect(session.store.edgeOrder).toEqual([]);
    expect(Object.keys(session.store.edges).filter((id) => session.store.edges[id])).toEqual([]);
  });

  it('drops the condition when an edge stops being conditional', () => {
    const session = open();
    session.writes.updateEdge('edge_bc', { type: 'conditional', condition: 'x' });
    expect(session.store.edges['edge_bc']?.condition).toBe('x');
    session.writes.updateEdge('edge_bc', { type: 'sequential' });
    expect(session.store.edges['edge_bc']).not.toHaveProperty('condition');
  });

  it('orders the arms of a decision', () => {
    const session = open();
    session.writes.orderEdges(['edge_bc', 'edge_ab']);
    expect(session.store.edgeOrder).toEqual(['edge_bc', 'edge_ab']);
  });

  it('writes nothing where the person may only look', () => {
    const session = createSession(smallFlow(), { access: 'view' });
    session.writes.setNodeLabel('node_b', 'No');
    session.writes.addNode('llm_rigid', { x: 0, y: 0 });
    expect(session.toJSON()).toEqual(smallFlow());
  });

  it('writes nothing while a canvas only shows it, and again when that is lifted', () => {
    const session = open();
    session.setReadOnly(true);
    session.writes.setNodeLabel('node_b', 'No');
    expect(session.commands.can('edit.delete')).toBe(false);
    expect(session.store.nodes['node_b']?.label).toBe('Ask');
    session.setReadOnly(false);
    session.writes.setNodeLabel('node_b', 'Yes');
    expect(session.store.nodes['node_b']?.label).toBe('Yes');
  });

  it('puts another document in its place and forgets the history', () => {
    const session = open();
    session.writes.setNodeLabel('node_b', 'X');
    const other = { ...smallFlow(), name: 'Other', nodes: [smallFlow().nodes[0]!], edges: [] };
    session.replaceAll(other);
    expect(session.store.nodeOrder).toEqual(['node_a']);
    expect(session.store.meta.name).toBe('Other');
    expect(session.canUndo()).toBe(false);
    expect(session.toJSON()).toEqual(other);
  });

  it('tells only the reader of what changed', () => {
    const seen: string[] = [];
    const { session, dispose } = createRoot((end) => {
      const opened = open();
      createEffect(() => seen.push(`b ${opened.store.nodes['node_b']?.label}`));
      createEffect(() => seen.push(`c ${opened.store.nodes['node_c']?.label}`));
      return { session: opened, dispose: end };
    });
    session.writes.setNodeLabel('node_b', 'New');
    session.writes.moveNodes({ node_c: { x: 1, y: 1 } });
    expect(seen).toEqual(['b Ask', 'c Say', 'b New']);
    dispose();
  });
});

describe('undo', () => {
  it('takes back one step at a time, with the selection of then', () => {
    const session = open();
    session.select(['node_b']);
    session.writes.removeNodes(['node_b']);
    session.select([]);
    session.writes.setFlowName('Other');
    session.undo();
    expect(session.store.meta.name).toBe('Small');
    session.undo();
    expect(session.store.nodeOrder).toContain('node_b');
    expect(session.store.edgeOrder).toHaveLength(2);
    expect(Object.keys(session.editor.selection)).toEqual(['node_b']);
    expect(session.canUndo()).toBe(false);
    session.redo();
    session.redo();
    expect(session.store.meta.name).toBe('Other');
    expect(session.toJSON().nodes).toHaveLength(2);
  });

  it('says what it took back', () => {
    const session = open();
    session.undo();
    expect(session.editor.announcement.text).toBe('Nothing to undo');
    session.writes.removeNodes(['node_a', 'node_b', 'node_c']);
    session.undo();
    expect(session.editor.announcement.text).toBe('Undo: delete 3 steps');
  });

  it('joins what is typed within half a second', () => {
    let now = 0;
    const session = createSession(smallFlow(), {}, { now: () => now });
    for (const text of ['H', 'He', 'Hel']) {
      session.writes.setNodeConfig('node_b', 'goal', text);
      now += 100;
    }
    session.writes.setNodeConfig('node_c', 'template', 'T');
    session.undo();
    expect(session.store.nodes['node_c']?.config['template']).toBe('{{b}}');
    expect(session.store.nodes['node_b']?.config['goal']).toBe('Hel');
    session.undo();
    expect(session.store.nodes['node_b']?.config['goal']).toBe('Answer {{a.message}}');
  });

  it('makes a transaction one step', () => {
    const session = open();
    session.writes.transact('both', () => {
      session.writes.setNodeLabel('node_b', 'B');
      session.writes.setNodeLabel('node_c', 'C');
    });
    session.undo();
    expect([session.store.nodes['node_b']?.label, session.store.nodes['node_c']?.label]).toEqual([
      'Ask',
      'Say',
    ]);
  });
});

describe('projection', () => {
  it('equals a fresh one after many random changes, and renders the same', () => {
    const session = open(largeFlow(40));
    let seed = 7;
    const random = (limit: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;
    for (let i = 0; i < 600; i++) {
      const ids = session.store.nodeOrder;
      const id = ids[random(ids.length)] ?? '';
      const other = ids[random(ids.length)] ?? '';
      const edge = session.store.edgeOrder[random(Math.max(1, session.store.edgeOrder.length))] ?? '';
      const acts: (() => void)[] = [
        () =>
          session.writes.addNode(['llm_flexible', 'logic_decision', 'tool_http'][random(3)] ?? 'tool_http', {
            x: random(900),
            y: random(900),
          }),
        () => ids.length > 5 && session.writes.removeNodes([id]),
        () => session.writes.moveNodes({ [id]: { x: random(500), y: random(500) } }),
        () =>
          session.writes.setNodeConfig(id, ['goal', 'args', 'free'][random(3)] ?? 'free', [
            random(9),
          ] as Json),
        () => session.writes.setNodeConfig(id, 'input_bindings', { a: 'x', [`k${random(4)}`]: 'y' }),
        () => session.writes.addEdge({ type: 'sequential', source: { node: id }, target: { node: other } }),
        () => session.writes.updateEdge(edge, { type: 'conditional', condition: `x > ${random(9)}` }),
        () => session.writes.removeEdges([edge]),
        () => session.undo(),
        () => session.redo(),
      ];
      acts[random(acts.length)]?.();
    }
    const fresh = new Projection(session.doc, { ...session.store.meta });
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    for (const key of [
      'nodes',
      'edges',
      'nodeOrder',
      'edgeOrder',
      'config',
      'models',
      'variables',
      'tests',
    ] as const) {
      expect(plain(session.store[key])).toEqual(plain(fresh.store[key]));
    }
    expect([...session.index.edgeIds()].sort()).toEqual([...fresh.index.edgeIds()].sort());
    for (const id of session.index.edgeIds())
      expect(session.index.route(id)?.path).toBe(fresh.index.route(id)?.path);
    const copy = createSession(session.toJSON()).doc;
    expect(renderDoc(copy, { id: 'x', version: '1.0.0' })).toEqual(
      renderDoc(session.doc, { id: 'x', version: '1.0.0' }),
    );
  });
});
