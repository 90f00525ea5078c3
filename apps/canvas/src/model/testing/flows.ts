import type { FlowDocument, FlowEdge, FlowNode } from '../flow';

/** Three nodes in a row, joined: an entry, a model call, a template. For tests. */
export function smallFlow(): FlowDocument {
  return {
    $schema: 'https://scailabs.com/schemas/scaiflow/v2.json',
    id: 'flow_small',
    name: 'Small',
    version: '1.0.0',
    metadata: {},
    nodes: [
      node('node_a', 'entry_api', 'Start', 0, {}),
      node('node_b', 'llm_flexible', 'Ask', 300, { goal: 'Answer {{a.message}}', llm_role: 'primary' }),
      node('node_c', 'llm_rigid', 'Say', 600, { template: '{{b}}' }),
    ],
    edges: [edge('edge_ab', 'node_a', 'node_b'), edge('edge_bc', 'node_b', 'node_c')],
    variables: [],
    config: { core_identity: { models: [{ role: 'primary', ref: 'scaigrid', model: 'openai/gpt-4o' }] } },
    tests: [],
  };
}

function node(
  id: string,
  type: string,
  label: string,
  x: number,
  config: FlowNode['config'] & object,
): FlowNode {
  const entry = type.startsWith('entry');
  return {
    id,
    type,
    label,
    position: { x, y: 0 },
    config,
    inputs: entry ? [] : [{ id: 'in', label: 'in', type: 'object' }],
    outputs: entry
      ? [{ id: 'out_request', label: 'request', type: 'object' }]
      : [{ id: 'out', label: 'result', type: 'object' }],
  };
}

function edge(id: string, from: string, to: string): FlowEdge {
  const port = from === 'node_a' ? 'out_request' : 'out';
  return { id, type: 'sequential', source: { node: from, port }, target: { node: to, port: 'in' } };
}

/**
 * A chain with branches in the proportions of the examples: `count` nodes, about 1.2 edges each. For tests
 * and benches.
 */
export function largeFlow(count: number): FlowDocument {
  const flow = smallFlow();
  const columns = Math.ceil(Math.sqrt(count));
  flow.id = 'flow_large';
  flow.name = `${count} steps`;
  flow.nodes = Array.from({ length: count }, (_, i) => {
    const kinds = [
      'llm_flexible',
      'tool_plugin',
      'logic_decision',
      'llm_rigid',
      'data_variable_set',
      'hitl_review',
    ];
    const made = node(
      `node_${i}`,
      i === 0 ? 'entry_api' : (kinds[i % kinds.length] ?? 'llm_rigid'),
      `Step ${i}`,
      0,
      {},
    );
    return { ...made, position: { x: (i % columns) * 300, y: Math.floor(i / columns) * 160 } };
  });
  flow.edges = [];
  for (let i = 1; i < count; i++) {
    flow.edges.push(link(i - 1, i, 'sequential'));
    if (i % 5 === 0 && i + 7 < count) flow.edges.push(link(i - 1, i + 7, 'data'));
  }
  return flow;
}

function link(from: number, to: number, type: FlowEdge['type']): FlowEdge {
  const port = from === 0 ? 'out_request' : 'out';
  return {
    id: `edge_${from}_${to}`,
    type,
    source: { node: `node_${from}`, port },
    target: { node: `node_${to}`, port: 'in' },
  };
}
