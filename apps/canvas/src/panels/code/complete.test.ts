import { describe, expect, test } from 'vitest';
import type { FlowStore } from '../../editor/types';
import customerSupport from '../../pages/examples/customer-support.flow.json';
import type { EdgeView, FlowDocument, NodeView, VariableRow } from '../../model/flow';
import { complete, openExpression, pathShape, signatureAt, tokenEstimate } from './complete';
import type { ScopeName } from './scope';
import { namesInScope } from './scope';
import { schemaShape, shapeText, typeShape } from './typeText';

type View = Pick<FlowStore, 'nodes' | 'edges' | 'nodeOrder' | 'edgeOrder' | 'variables'>;

function viewOf(flow: FlowDocument): View {
  const nodes: Record<string, NodeView> = {};
  for (const node of flow.nodes)
    nodes[node.id] = {
      ...node,
      config: node.config ?? {},
      inputs: node.inputs ?? [],
      outputs: node.outputs ?? [],
    };
  const edges: Record<string, EdgeView> = {};
  for (const edge of flow.edges) edges[edge.id] = edge;
  return {
    nodes,
    edges,
    nodeOrder: flow.nodes.map((n) => n.id),
    edgeOrder: flow.edges.map((e) => e.id),
    variables: (flow.variables ?? []) as VariableRow[],
  };
}
const view = viewOf(customerSupport as unknown as FlowDocument);
const labels = (names: readonly ScopeName[]): string[] => names.map((name) => name.name);

describe('names in scope', () => {
  test('hold what ran before, the trigger, variables and fixed names', () => {
    const names = namesInScope(view, 'node_respond', 'goal');
    expect(labels(names)).toEqual([
      'input',
      'trigger',
      'entry_name',
      'execution',
      'memory',
      'reference',
      'config',
      'brand',
      'classify',
      'kb_results',
    ]);
  });
  test('do not hold the node itself nor what comes after', () => {
    expect(labels(namesInScope(view, 'node_classify'))).not.toContain('respond');
    expect(labels(namesInScope(view, 'node_respond'))).not.toContain('review');
  });
  test('validate knows the answer', () => {
    const names = namesInScope(view, 'node_respond', 'validate');
    expect(labels(names).slice(0, 2)).toEqual(['result', 'output']);
    expect(shapeText(pathShape('result.citations', names))).toBe('array[string]');
  });
  test('a decision may name members of what comes in', () => {
    expect(labels(namesInScope(view, 'node_decision'))).toContain('confidence');
  });
  test('a review gives its fields', () => {
    const names = namesInScope(view, 'node_reviewed');
    expect(shapeText(pathShape('review.answer', names))).toBe('string');
    expect(shapeText(pathShape('review.decision', names))).toBe('string');
  });
});

describe('completion', () => {
  const names = namesInScope(view, 'node_respond', 'guard');
  const offered = (text: string, mode: 'expr' | 'template', asked = false) =>
    complete(text, mode, names, asked)?.offers.map((o) => o.label);
  test('offers members that are known, then the methods of the type', () => {
    const offers = complete('classify.', 'expr', names, false);
    expect(offers?.from).toBe(9);
    expect(offers?.offers.slice(0, 4).map((o) => o.label)).toEqual([
      'category',
      'urgency',
      'confidence',
      'entities',
    ]);
    expect(offered('kb_results.', 'expr')).toContain('map');
    expect(offered('classify.category.', 'expr')).toContain('lower');
    expect(offered('classify.category.', 'expr')).not.toContain('flatten');
  });
  test('begins where the word begins', () => {
    expect(complete('1 + kb', 'expr', names, false)?.from).toBe(4);
    expect(complete('a {{kb_results.le', 'template', names, false)?.from).toBe(15);
  });
  test('stays silent outside placeholders and inside strings', () => {
    expect(complete('Hello kb', 'template', names, true)).toBeUndefined();
    expect(complete('{{a}} kb', 'template', names, true)).toBeUndefined();
    expect(complete("x == 'kb", 'expr', names, true)).toBeUndefined();
    expect(complete('\\{{kb', 'template', names, true)).toBeUndefined();
  });
  test('an opened placeholder offers names at once', () => {
    expect(offered('Dear {{', 'template')?.slice(0, 1)).toEqual(['input']);
    expect(complete('', 'expr', names, false)).toBeUndefined();
    expect(offered('', 'expr', true)).toContain('brand');
  });
  test('an unknown value has all methods', () => {
    expect(offered('foo().', 'expr')).toContain('to_json');
  });
});

test('open placeholders', () => {
  expect(openExpression('a {{b', 'template')).toEqual({ from: 4, text: 'b' });
  expect(openExpression('a {{b}}', 'template')).toBeUndefined();
});

test('signatures', () => {
  expect(signatureAt('x.replace(', 'expr')).toBe('replace(old, new): Replaces all');
  expect(signatureAt('len(foo(1), ', 'expr')).toContain('len(x)');
  expect(signatureAt('{{len(', 'template')).toContain('len(x)');
  expect(signatureAt('len(x)', 'expr')).toBeUndefined();
});

test('type texts', () => {
  expect(shapeText(typeShape('array[{a: int}]?'))).toBe('array[object]');
  expect(shapeText(typeShape('enum[a, b]'))).toBe('string');
  const shape = schemaShape({ a: { type: 'float', description: 'd' }, b: { c: 'string' } });
  expect(shape).toEqual({
    family: 'map',
    members: { a: { family: 'number' }, b: { family: 'map', members: { c: { family: 'string' } } } },
  });
});

test('tokens are estimated', () => {
  expect(tokenEstimate('')).toBe(0);
  expect(tokenEstimate('Answer the customer.')).toBe(6);
});

test('members of the entry are names', () => {
  const flow = structuredClone(customerSupport) as unknown as FlowDocument;
  const entry = flow.nodes[0];
  if (entry) entry.config = { ...entry.config, input_schema: { message: { text: 'string' } } };
  const names = namesInScope(viewOf(flow), 'node_respond');
  expect(shapeText(pathShape('message.text', names))).toBe('string');
});
