import type { FlowDocument, FlowNode } from '../src/model/flow';
import type { DiagnosticsOverlay, NodeRun, PeersOverlay, RunOverlay } from '../src/render/FlowCanvas';

/** Every state of a node side by side, as on the sheet of states. */
const goal = 'You answer for {{brand}}. Write a short, friendly answer to the customer.';
const names = [
  'rest',
  'hover',
  'selected',
  'focus',
  'peer',
  'problem',
  'breakpoint',
  'unreachable',
  'running',
  'suspended',
  'paused',
  'failed',
  'done',
  'repeated',
  'reused',
  'skipped',
];

const nodes: FlowNode[] = names.map((name, i) => ({
  id: `node_${name}`,
  type: name === 'suspended' ? 'hitl_review' : 'llm_guarded',
  label: name === 'suspended' ? 'Human review' : 'Respond',
  position: { x: (i % 4) * 264, y: Math.floor(i / 4) * 168 + (i >= 8 ? 26 : 0) },
  config:
    name === 'suspended'
      ? { queue: 'support-review', assignee: 'group:support' }
      : { goal, llm_role: 'primary', ...(name === 'paused' ? { breakpoint: true } : {}) },
  inputs: [{ id: 'in', label: 'in', type: 'object' }],
  outputs: [{ id: 'out', label: 'result', type: 'object' }],
}));
nodes.push({
  id: 'node_anatomy',
  type: 'logic_decision',
  label: 'Sure enough?',
  position: { x: -304, y: 42 },
  config: { style: 'if', subject: 'confidence', breakpoint: true },
  inputs: [{ id: 'in', label: 'in', type: 'object' }],
  outputs: [
    { id: 'yes', label: 'yes', type: 'object' },
    { id: 'no', label: 'no', type: 'object' },
  ],
});
nodes.push({
  id: 'node_entry',
  type: 'entry_api',
  label: 'Entry',
  position: { x: -304, y: 200 },
  config: {},
  inputs: [],
  outputs: [
    { id: 'out', label: 'request', type: 'array' },
    { id: 'text', label: 'text', type: 'string' },
  ],
});

const runs: Record<string, NodeRun> = {
  running: { state: 'running', durationMs: 2900 },
  suspended: { state: 'suspended', durationMs: 6480000 },
  paused: { state: 'paused', text: 'Breakpoint' },
  failed: { state: 'failed', errorType: 'GuardViolationError' },
  done: { state: 'done', durationMs: 1240 },
  repeated: { state: 'done', durationMs: 3800, count: 3 },
  reused: { state: 'reused' },
  skipped: { state: 'skipped' },
};

const flow: FlowDocument = {
  id: 'flow_states',
  name: 'States',
  version: '1.0.0',
  nodes,
  config: { core_identity: { models: [] } },
  edges: nodes
    .filter((node) => node.id !== 'node_entry' && node.id !== 'node_unreachable')
    .slice(0, 16)
    .map((node, i) => ({
      id: `edge_${i}`,
      type: 'sequential',
      source: { node: 'node_entry', port: 'text' },
      target: { node: node.id, port: 'in' },
    })),
};

export const stateSheet: {
  flow: FlowDocument;
  diagnostics: DiagnosticsOverlay;
  run: RunOverlay;
  peers: PeersOverlay;
} = {
  flow,
  diagnostics: {
    byNode: (id) => {
      if (id === 'node_problem')
        return [1, 2].map(() => ({ severity: 'error' as const, code: 'F201', message: 'missing' }));
      return id === 'node_anatomy'
        ? [{ severity: 'warning' as const, code: 'F211', message: 'unknown queue' }]
        : [];
    },
    byEdge: () => [],
  },
  run: { active: false, nodeState: (id) => runs[id.slice(5)], edgeTaken: () => undefined },
  peers: {
    ofNode: (id) => (id === 'node_peer' ? { name: 'Mara', color: '#0e7490', field: 'Goal' } : undefined),
    cursors: () => [],
  },
};
