import type { FlowEdge, FlowNode, Json, ModelRow, Point, QueueRow, VariableRow } from './flow';
import { cloneJson, isObject } from './json';
import { bindingOf, categoryOf, defaultBinding, kindOf } from './kinds';
import { namesInConfig, renameInConfig, renameInExpression, type Renames } from './rename';

/** What is on the clipboard (12 section 8.3): nodes, the edges among them, and the rows they use. */
export interface ClipboardFlow {
  nodes: FlowNode[];
  edges: FlowEdge[];
  models: ModelRow[];
  queues: QueueRow[];
  variables: VariableRow[];
}

export interface ClipboardSource {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  models: readonly ModelRow[];
  queues: readonly QueueRow[];
  variables: readonly VariableRow[];
}

/** The part of a flow around these nodes. */
export function extract(source: ClipboardSource, ids: ReadonlySet<string>): ClipboardFlow {
  const nodes = source.nodes.filter((node) => ids.has(node.id));
  const edges = source.edges.filter((edge) => ids.has(edge.source.node) && ids.has(edge.target.node));
  const words = new Set<Json>();
  const names = new Set<string>();
  for (const node of nodes) {
    const config = node.config ?? {};
    for (const field of ['llm_role', 'model', 'queue', 'variable']) words.add(config[field] ?? null);
    if (isObject(config['assignments']))
      for (const name of Object.keys(config['assignments'])) words.add(name);
    for (const name of namesInConfig(node.type, config)) names.add(name);
  }
  return cloneJson({
    nodes,
    edges,
    models: source.models.filter((row) => words.has(row.role)),
    queues: source.queues.filter((row) => words.has(row.slug)),
    variables: source.variables.filter((row) => words.has(row.name) || names.has(row.name)),
  });
}

export function clipboardText(flow: ClipboardFlow): string {
  return JSON.stringify({ scaiflow_clipboard: 1, flow: { ...flow, groups: [], notes: [] } }, null, 2);
}

/** Reads a clipboard text, or a whole flow document; null for any other text. */
export function parseClipboard(text: string): ClipboardFlow | null {
  if (text.length > 5242880) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const flow = value['scaiflow_clipboard'] === 1 ? value['flow'] : value;
  if (!isObject(flow) || !Array.isArray(flow['nodes'])) return null;
  const nodes = flow['nodes'].filter(isNode) as unknown as FlowNode[];
  if (nodes.length === 0) return null;
  const rows = (list: Json | undefined): never[] =>
    (Array.isArray(list) ? list.filter(isObject) : []) as never[];
  return {
    nodes,
    edges: (rows(flow['edges']) as Json[]).filter(isEdge) as unknown as FlowEdge[],
    models: rows(flow['models']),
    queues: rows(flow['queues']),
    variables: rows(flow['variables']),
  };
}

function isNode(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['id'] === 'string' &&
    typeof value['type'] === 'string' &&
    typeof value['label'] === 'string' &&
    isObject(value['position']) &&
    Number.isFinite(value['position']['x']) &&
    Number.isFinite(value['position']['y'])
  );
}

function isEdge(value: unknown): boolean {
  return (
    isObject(value) &&
    isObject(value['source']) &&
    isObject(value['target']) &&
    typeof value['source']['node'] === 'string' &&
    typeof value['target']['node'] === 'string' &&
    ['sequential', 'conditional', 'data'].includes(String(value['type']))
  );
}

export interface PastePlan {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

/**
 * The nodes as they will stand in the flow: new ids, bindings that clash get `_2`, `_3`, and expressions
 * inside the set follow. `taken` are the result names of the flow, `newId` gives fresh node ids.
 */
export function planPaste(
  flow: ClipboardFlow,
  taken: ReadonlySet<string>,
  newId: () => string,
  by: Point,
): PastePlan {
  const ids = new Map<string, string>();
  const renames = new Map<string, string>();
  const used = new Set(taken);
  const bindings = new Map<string, string>();
  for (const node of flow.nodes) {
    const id = newId();
    ids.set(node.id, id);
    const old = bindingOf({ id: node.id, config: node.config ?? {} });
    const next = bindingFor(node, old, id, used);
    used.add(next);
    if (next !== defaultBinding(id)) bindings.set(node.id, next);
    if (old !== next) renames.set(old, next);
    renames.set(node.id, id);
  }
  const types = new Map(flow.nodes.map((node) => [node.id, node]));
  const nodes = flow.nodes.map((node) =>
    renamed(node, ids.get(node.id) ?? '', bindings.get(node.id), renames, by),
  );
  const edges = flow.edges
    .filter((edge) => ids.has(edge.source.node) && ids.has(edge.target.node))
    .map((edge) => ({
      ...cloneJson(edge),
      id: '',
      source: { ...edge.source, node: ids.get(edge.source.node) ?? '' },
      target: { ...edge.target, node: ids.get(edge.target.node) ?? '' },
      ...conditionOf(edge, types.get(edge.source.node), renames),
    }));
  return { nodes, edges };
}

/** Names that were given stay where they can; names that only mirror a random id are not kept. */
function bindingFor(node: FlowNode, old: string, id: string, used: ReadonlySet<string>): string {
  const mirrors = node.config?.['result_binding'] === undefined && /^node_[a-z0-9]{8}$/.test(node.id);
  if (mirrors || categoryOf(node.type) === 'entry' || !kindOf(node.type)) return defaultBinding(id);
  if (!used.has(old)) return old;
  const stem = old.replace(/_\d+$/, '');
  for (let n = 2; ; n++) if (!used.has(`${stem}_${n}`)) return `${stem}_${n}`;
}

function renamed(
  node: FlowNode,
  id: string,
  binding: string | undefined,
  renames: Renames,
  by: Point,
): FlowNode {
  const config = renameInConfig(node.type, cloneJson(node.config ?? {}), renames);
  delete config['result_binding'];
  if (binding !== undefined) config['result_binding'] = binding;
  return {
    ...cloneJson(node),
    id,
    config,
    position: { ...node.position, x: node.position.x + by.x, y: node.position.y + by.y },
  };
}

/** Conditions of `if` decisions are expressions; those of `match` are patterns and stay. */
function conditionOf(edge: FlowEdge, source: FlowNode | undefined, renames: Renames): { condition?: string } {
  if (edge.condition === undefined) return {};
  const pattern = source?.type === 'logic_decision' && source.config?.['style'] === 'match';
  const fallback = edge.condition.trim().toLowerCase() === 'else';
  return { condition: pattern || fallback ? edge.condition : renameInExpression(edge.condition, renames) };
}
