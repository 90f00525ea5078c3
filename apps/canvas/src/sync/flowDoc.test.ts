import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { FlowDocument, Json } from '../model/flow';
import { smallFlow } from '../model/testing/flows';
import { replaceText } from './fields';
import { renderDoc, rootsOf, seedDoc } from './flowDoc';

function through(flow: FlowDocument): FlowDocument {
  const doc = new Y.Doc();
  seedDoc(doc, flow);
  return renderDoc(doc, { id: flow.id, version: flow.version });
}

const examples = ['echo-agent', 'customer-support', 'expense-approver'].map((name) => {
  const text = readFileSync(new URL(`../pages/examples/${name}.flow.json`, import.meta.url), 'utf8');
  return [name, text] as const;
});

describe('a flow in a Y.Doc', () => {
  for (const [name, text] of examples) {
    it(`renders the example ${name} as it is, and its own rendering byte for byte`, () => {
      const once = through(JSON.parse(text) as FlowDocument);
      expect(once).toEqual(JSON.parse(text));
      expect(JSON.stringify(through(once))).toBe(JSON.stringify(once));
      expect(Object.keys(once)).toEqual(Object.keys(JSON.parse(text) as object));
    });
  }

  it('keeps members it does not know at every level', () => {
    const flow = smallFlow() as unknown as Record<string, Json>;
    flow['zz_top'] = { deep: [1, { a: null }] };
    const nodes = flow['nodes'] as Record<string, Json>[];
    nodes[0]!['tag'] = 'kept';
    nodes[0]!['config'] = { ...(nodes[0]!['config'] as object), mystery: { x: [true] } };
    nodes[0]!['position'] = { x: 1, y: 2, z: 3 };
    (nodes[1]!['inputs'] as Record<string, Json>[])[0]!['hint'] = 'h';
    (flow['edges'] as Record<string, Json>[])[0]!['color'] = 'red';
    (flow['config'] as Record<string, Json>)['later'] = [1];
    flow['metadata'] = { author: 'x', mood: 'calm' };
    const back = through(flow as unknown as FlowDocument);
    expect(back).toEqual(flow);
  });

  it('writes what 11 section 2 always writes and leaves empty optional texts out', () => {
    const flow = smallFlow();
    delete flow.metadata;
    delete flow.tests;
    flow.nodes[1]!.config = { goal: '', guidance: '', llm_role: 'primary' };
    const back = through(flow);
    expect(back.metadata).toEqual({});
    expect(back.tests).toEqual([]);
    expect(back.nodes[1]?.config).toEqual({ goal: '', llm_role: 'primary' });
  });

  it('orders known config fields by the kind table and unknown ones by code point', () => {
    const flow = smallFlow();
    flow.nodes[1]!.config = { zeta: 1, llm_role: 'primary', alpha: 2, goal: 'g' };
    expect(Object.keys(through(flow).nodes[1]?.config ?? {})).toEqual(['goal', 'llm_role', 'alpha', 'zeta']);
  });

  it('keeps the order of schemas and bindings', () => {
    const flow = smallFlow();
    flow.nodes[1]!.config = {
      goal: 'g',
      output_schema: { z: 'string', a: 'int' },
      input_bindings: { q: 'a.x', b: 'a.y' },
    };
    const config = through(flow).nodes[1]?.config ?? {};
    expect(Object.keys(config['output_schema'] as object)).toEqual(['z', 'a']);
    expect(Object.keys(config['input_bindings'] as object)).toEqual(['q', 'b']);
  });

  it('migrates a breakpoint of the node and ends written as text', () => {
    const flow = smallFlow() as unknown as { nodes: Record<string, Json>[]; edges: Record<string, Json>[] };
    flow.nodes[1]!['breakpoint'] = true;
    flow.edges[0]!['source'] = 'node_a:out_request';
    const back = through(flow as unknown as FlowDocument);
    expect(back.nodes[1]?.config?.['breakpoint']).toBe(true);
    expect('breakpoint' in (back.nodes[1] ?? {})).toBe(false);
    expect(back.edges[0]?.source).toEqual({ node: 'node_a', port: 'out_request' });
  });

  it('gives a second bearer of an id another one', () => {
    const flow = smallFlow();
    flow.nodes.push({ ...flow.nodes[2]!, label: 'Twin' });
    expect(through(flow).nodes.map((node) => node.id)).toEqual(['node_a', 'node_b', 'node_c', 'node_c_2']);
  });

  it('survives names with slashes and percent signs', () => {
    const flow = smallFlow();
    flow.nodes[1]!.config = { goal: 'g', 'a/b%2F': 1, input_bindings: { 'x/y%': 'a' } };
    expect(through(flow).nodes[1]?.config).toEqual(flow.nodes[1]!.config);
  });
});

describe('texts', () => {
  it('are edited between their common ends, whole surrogate pairs at a time', () => {
    const doc = new Y.Doc();
    const text = doc.getText('t');
    text.insert(0, 'Hello 😀 world');
    const deltas: unknown[] = [];
    text.observe((event) => deltas.push(event.delta));
    replaceText(text, 'Hello 😁 world');
    expect(text.toString()).toBe('Hello 😁 world');
    expect(deltas).toEqual([
      [{ retain: 6 }, { delete: 2 }],
      [{ retain: 6 }, { insert: '😁' }],
    ]);
    replaceText(text, '');
    expect(text.toString()).toBe('');
  });

  it('of two people merge', () => {
    const a = new Y.Doc();
    seedDoc(a, smallFlow());
    const b = new Y.Doc();
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    const goal = (doc: Y.Doc): Y.Text =>
      (rootsOf(doc).nodes.get('node_b') as Y.Map<unknown>).get('c/goal') as Y.Text;
    replaceText(goal(a), 'Please answer {{a.message}}');
    replaceText(goal(b), 'Answer {{a.message}} now');
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    expect(goal(a).toString()).toBe(goal(b).toString());
    expect(goal(a).toString()).toContain('now');
    expect(goal(a).toString()).toContain('lease');
  });
});
