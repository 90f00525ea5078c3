import type { FlowStore } from '../../editor/types';
import type { EdgeView, Json, JsonObject, NodeView } from '../../model/flow';
import { bindingOf, kindOf, kindTitle } from '../../model/kinds';
import { PLUGINS } from 'generated/plugins';
import { schemaShape, typeShape } from './typeText';
import type { TypeShape } from './typeText';

/** One name an expression may use at a place, in the order of 03 §7. */
export interface ScopeName {
  name: string;
  shape: TypeShape;
  /** Where it comes from, for the reader. */
  origin: string;
  /** The node that gives it, for "go to definition". */
  nodeId?: string;
  rank: 'local' | 'fixed' | 'variable' | 'binding' | 'input';
}

type StoreView = Pick<FlowStore, 'nodes' | 'edges' | 'nodeOrder' | 'edgeOrder' | 'variables'>;

const FIXED: readonly (readonly [string, string])[] = [
  ['input', 'any'],
  ['trigger', 'object'],
  ['entry_name', 'string'],
  ['execution', '{id: string, started_at: datetime}'],
  ['memory', 'object'],
  ['reference', 'object'],
  ['config', 'object'],
];

/** Nodes that can run before this one: its ancestors along control and data edges. */
export function runsBefore(store: StoreView, nodeId: string): Set<string> {
  const into = new Map<string, EdgeView[]>();
  for (const id of store.edgeOrder) {
    const edge = store.edges[id];
    if (edge) into.set(edge.target.node, [...(into.get(edge.target.node) ?? []), edge]);
  }
  const seen = new Set<string>();
  const waiting = [nodeId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const edge of into.get(id) ?? []) {
      if (seen.has(edge.source.node)) continue;
      seen.add(edge.source.node);
      waiting.push(edge.source.node);
    }
  }
  return seen;
}

/** Names in scope at a field of a node. `field` matters for `validate` and the like. */
export function namesInScope(store: StoreView, nodeId: string, field?: string): ScopeName[] {
  const before = runsBefore(store, nodeId);
  const self = store.nodes[nodeId];
  const names: ScopeName[] = [];
  const seen = new Set<string>();
  const add = (name: ScopeName) => {
    if (seen.has(name.name) || name.name === '') return;
    seen.add(name.name);
    names.push(name);
  };
  for (const local of localNames(store, self, before, field)) add(local);
  for (const [name, type] of FIXED) add({ name, shape: typeShape(type), origin: 'fixed', rank: 'fixed' });
  for (const row of store.variables) {
    add({ name: row.name, shape: typeShape(row.type ?? 'any'), origin: 'variable', rank: 'variable' });
  }
  for (const id of store.nodeOrder) {
    const node = store.nodes[id];
    if (!node || !before.has(id)) continue;
    const kind = kindOf(node.type);
    if (kind?.entry) entryMembers(node).forEach(add);
    else
      add({
        name: bindingOf(node),
        shape: resultShape(node),
        origin: node.label || kindTitle(node.type),
        nodeId: id,
        rank: 'binding',
      });
  }
  for (const member of previousMembers(store, nodeId)) add(member);
  return names;
}

function entryMembers(node: NodeView): ScopeName[] {
  const shape = schemaShape(objectOf(node.config['input_schema']));
  if (shape.family !== 'map' || !shape.members) return [];
  return Object.entries(shape.members).map(([name, member]): ScopeName => ({
    name,
    shape: member,
    origin: node.label || 'input',
    nodeId: node.id,
    rank: 'input',
  }));
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What a node's result is known to hold. */
export function resultShape(node: NodeView): TypeShape {
  const schema = objectOf(node.config['output_schema']);
  if (schema && Object.keys(schema).length > 0) return schemaShape(schema);
  if (node.type === 'llm_rigid') return { family: 'string' };
  if (node.type === 'llm_guarded' || node.type === 'llm_flexible') return { family: 'string' };
  if (node.type === 'tool_plugin') {
    const result = PLUGINS[textOf(node.config['plugin'])]?.methods[textOf(node.config['method'])]?.resultType;
    return typeShape(result ?? 'any');
  }
  const shape = typeShape(kindOf(node.type)?.resultType ?? 'any');
  if (node.type !== 'hitl_review' || shape.family !== 'map') return shape;
  return { family: 'map', members: { ...shape.members, ...reviewFields(node.config['sections']) } };
}

function reviewFields(sections: Json | undefined): Record<string, TypeShape> {
  const members: Record<string, TypeShape> = {};
  for (const section of Array.isArray(sections) ? sections : []) {
    const row = objectOf(section);
    const name = textOf(row?.['field']);
    if (row && name !== '' && row['type'] === 'input') {
      members[name] = typeShape(
        row['kind'] === 'number' ? 'number' : row['kind'] === 'bool' ? 'bool' : 'string',
      );
    }
  }
  return members;
}

/** Loop items, and `result`, `output`, `error` where they exist. */
function localNames(
  store: StoreView,
  self: NodeView | undefined,
  before: Set<string>,
  field: string | undefined,
): ScopeName[] {
  const names: ScopeName[] = [];
  if (self && field === 'validate') {
    const shape = resultShape(self);
    names.push(
      { name: 'result', shape, origin: self.label, rank: 'local' },
      { name: 'output', shape, origin: self.label, rank: 'local' },
    );
  }
  if (self && field === 'on_validation_failure') {
    names.push({
      name: 'error',
      shape: typeShape('{type: string, message: string}'),
      origin: self.label,
      rank: 'local',
    });
  }
  for (const id of store.nodeOrder) {
    const loop = store.nodes[id];
    if (
      loop?.type !== 'logic_loop' ||
      !before.has(id) ||
      textOf(loop.config['style'] ?? 'foreach') !== 'foreach'
    )
      continue;
    const item = textOf(loop.config['item_name']) || 'item';
    names.push({ name: item, shape: { family: 'any' }, origin: loop.label, nodeId: id, rank: 'local' });
    const index = textOf(loop.config['index_name']);
    if (index !== '')
      names.push({ name: index, shape: { family: 'number' }, origin: loop.label, nodeId: id, rank: 'local' });
  }
  return names;
}

/** Members of the value that comes in: row 8 of 03 §7, so that a condition may say `confidence > 0.7`. */
function previousMembers(store: StoreView, nodeId: string): ScopeName[] {
  const edge = store.edgeOrder
    .map((id) => store.edges[id])
    .find((e) => e?.target.node === nodeId && e.type !== 'data');
  const previous = edge ? store.nodes[edge.source.node] : undefined;
  const shape = previous && !kindOf(previous.type)?.entry ? resultShape(previous) : undefined;
  if (!previous || shape?.family !== 'map' || !shape.members) return [];
  return Object.entries(shape.members).map(([name, member]): ScopeName => ({
    name,
    shape: member,
    origin: previous.label,
    nodeId: previous.id,
    rank: 'input',
  }));
}
