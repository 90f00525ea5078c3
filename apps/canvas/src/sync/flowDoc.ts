import * as Y from 'yjs';
import type {
  EdgeEnd,
  EdgeType,
  EdgeView,
  FixtureRow,
  FlowDocument,
  FlowEdge,
  FlowNode,
  Json,
  JsonObject,
  ModelRow,
  NodeView,
  Port,
  QueueRow,
  Side,
  VariableRow,
} from '../model/flow';
import { fieldOf, kindOf, kindTitle } from '../model/kinds';
import { byCodePoint, cloneJson, isObject, ordered } from '../model/json';
import { byOrder, seedKey } from '../model/orderKey';
import {
  escapeName,
  readField,
  setPlain,
  unescapeName,
  writeField,
  type FieldClass,
  type YEntries,
} from './fields';
import { modelRows, queueRows, readRows, seedRows, testRows, variableRows } from './rows';

/** Origins of transactions: what the person did, and what the document was opened with. */
export const LOCAL = Symbol('local');
export const SEED = Symbol('seed');

export const rootNames = [
  'sys',
  'flow',
  'metadata',
  'config',
  'models',
  'queues',
  'variables',
  'tests',
  'nodes',
  'edges',
] as const;
export type RootName = (typeof rootNames)[number];
export type Roots = Readonly<Record<RootName, YEntries>>;

export const schemaUrl = 'https://scailabs.com/schemas/scaiflow/v2.json';
const topKnown = [
  '$schema',
  'id',
  'name',
  'version',
  'scaicore_target',
  'metadata',
  'nodes',
  'edges',
  'variables',
  'config',
  'tests',
];
const nodeKnown = ['id', 'type', 'label', 'position', 'config', 'inputs', 'outputs'];
const edgeKnown = ['id', 'type', 'source', 'target', 'condition'];
const configKnown = [
  'core_identity',
  'plugins',
  'capabilities',
  'bunker',
  'scaiqueue',
  'publish_as_model',
  'model_visibility_group_ids',
  'output',
  'types',
  'max_tokens',
  'max_cost',
  'max_duration',
];
const identityKnown = [
  'name',
  'models',
  'persona',
  'mode',
  'entity_key',
  'idle_timeout',
  'max_concurrent',
  'max_active_instances',
  'overflow',
];

export function rootsOf(doc: Y.Doc): Roots {
  return Object.fromEntries(rootNames.map((name) => [name, doc.getMap(name)])) as Record<RootName, YEntries>;
}

export function classOf(kind: string, field: string): FieldClass {
  return fieldOf(kind, field)?.sync ?? 'value';
}

// ---- writing a whole document
// -------------------------------------------------------------------------------------

/** Fills an empty Y.Doc with a flow (11 section 2, `seed`). */
export function seedDoc(doc: Y.Doc, flow: FlowDocument): void {
  const roots = rootsOf(doc);
  doc.transact(() => {
    roots.sys.set('schema', 1);
    roots.sys.set('gen', 1);
    roots.sys.set('flow', flow.id);
    seedTop(roots, flow);
    seedConfig(roots, isObject(flow.config) ? flow.config : {});
    const nodeIds = new Set<string>();
    (flow.nodes ?? []).forEach((node, index) =>
      seedNode(roots.nodes, node, uniqueId(node.id, nodeIds), seedKey(index)),
    );
    const edgeIds = new Set<string>();
    (flow.edges ?? []).forEach((edge, index) =>
      seedEdge(roots.edges, edge, uniqueId(edge.id, edgeIds), seedKey(index)),
    );
    seedRows(roots.variables, variableRows, (flow.variables ?? []) as unknown as Json[]);
    seedRows(roots.tests, testRows, (flow.tests ?? []) as unknown as Json[]);
  }, SEED);
}

/** A second bearer of an id becomes `<id>_2`, `_3`, ... (N4). */
function uniqueId(id: string, taken: Set<string>): string {
  let name = id;
  for (let n = 2; taken.has(name); n++) name = `${id}_${n}`;
  taken.add(name);
  return name;
}

function seedTop(roots: Roots, flow: FlowDocument): void {
  for (const [key, value] of Object.entries(flow)) {
    if (key === 'name' || key === 'scaicore_target' || key === '$schema') roots.flow.set(key, value);
    else if (!topKnown.includes(key)) roots.flow.set(`x/${key}`, cloneJson(value as Json));
  }
  const metadata = flow.metadata ?? {};
  const description = metadata['description'];
  writeField(
    roots.metadata,
    'description',
    'text',
    typeof description === 'string' ? description : '',
    'seed',
  );
  for (const [key, value] of Object.entries(metadata)) {
    if (key !== 'description') setPlain(roots.metadata, key, value);
  }
}

function seedConfig(roots: Roots, config: JsonObject): void {
  for (const [key, value] of Object.entries(config)) {
    if (key === 'core_identity' && isObject(value)) seedSection(roots, key, value, 'models');
    else if (key === 'scaiqueue' && isObject(value)) seedSection(roots, key, value, 'queues');
    else writeField(roots.config, escapeName(key), key === 'types' ? 'map' : 'value', value, 'seed');
  }
}

function seedSection(roots: Roots, section: string, value: JsonObject, list: 'models' | 'queues'): void {
  for (const [key, member] of Object.entries(value)) {
    if (key === list && Array.isArray(member))
      seedRows(roots[list], list === 'models' ? modelRows : queueRows, member);
    else setPlain(roots.config, `${section}/${escapeName(key)}`, member);
  }
}

/** Makes a node with all its Texts, which may only be created together with their owner (11 section 1). */
export function seedNode(nodes: YEntries, node: FlowNode, id: string, order: string): void {
  const map = new Y.Map<unknown>();
  nodes.set(id, map);
  map.set('type', node.type);
  map.set('label', node.label);
  const { x, y, ...more } = node.position as unknown as JsonObject;
  map.set('pos', Object.keys(more).length > 0 ? [x, y, cloneJson(more)] : [x ?? 0, y ?? 0]);
  map.set('ord', order);
  writePorts(map, 'in', node.inputs ?? []);
  writePorts(map, 'out', node.outputs ?? []);
  const config: JsonObject = isObject(node.config) ? { ...node.config } : {};
  const { breakpoint } = node as unknown as JsonObject;
  if (breakpoint !== undefined && config['breakpoint'] === undefined) config['breakpoint'] = breakpoint;
  for (const field of kindOf(node.type)?.fields ?? []) {
    if (field.sync === 'text') writeField(map, configKey(field.name), 'text', undefined, 'seed');
  }
  for (const [field, value] of Object.entries(config)) {
    writeField(map, configKey(field), classOf(node.type, field), value, 'seed');
  }
  for (const [key, value] of Object.entries(node)) {
    if (!nodeKnown.includes(key) && key !== 'breakpoint') map.set(`x/${key}`, cloneJson(value as Json));
  }
}

export function configKey(field: string): string {
  return `c/${escapeName(field)}`;
}

/** Replaces the ports of one side; those that stay keep their order keys where these still rise. */
export function writePorts(map: YEntries, side: Side, ports: readonly Port[]): void {
  const prefix = `${side}/`;
  const taken = new Set<string>();
  const names = ports.map((port) => escapeName(uniqueId(port.id, taken)));
  for (const key of [...map.keys()])
    if (key.startsWith(prefix) && !names.includes(key.slice(prefix.length))) map.delete(key);
  ports.forEach((port, index) => {
    const { id: _, ...members } = port as unknown as JsonObject;
    setPlain(map, prefix + (names[index] ?? ''), { ...members, o: seedKey(index) });
  });
}

export function seedEdge(edges: YEntries, edge: FlowEdge, id: string, order: string): void {
  const { id: _, condition, source, target, ...members } = edge as unknown as JsonObject;
  edges.set(
    id,
    cloneJson({ ...members, source: endOf(source), target: endOf(target), o: order } as unknown as Json),
  );
  if (condition !== undefined && condition !== null) edges.set(`${id}/cond`, String(condition));
}

/** `"node:port"` of older documents becomes the object form (01 section 10). */
function endOf(end: Json | undefined): Json {
  if (typeof end !== 'string') return end ?? { node: '' };
  const [node, port] = end.split(':');
  return port === undefined ? { node: node ?? '' } : { node: node ?? '', port };
}

// ---- reading
// ------------------------------------------------------------------------------------------------------

export function orderOf(map: unknown): string {
  if (map instanceof Y.Map) return String(map.get('ord') ?? '');
  return isObject(map) ? String(map['o'] ?? '') : '';
}

export function nodeOrder(nodes: YEntries): string[] {
  const keys: [string, string][] = [];
  nodes.forEach((map, id) => {
    if (map instanceof Y.Map && map.has('type')) keys.push([orderOf(map), id]);
  });
  return keys.sort(byOrder).map(([, id]) => id);
}

export function edgeOrder(edges: YEntries): string[] {
  const keys: [string, string][] = [];
  edges.forEach((value, id) => {
    if (isObject(value)) keys.push([orderOf(value), id]);
  });
  return keys.sort(byOrder).map(([, id]) => id);
}

/** One node as the store holds it; undefined when it is gone or not yet whole. */
export function readNode(nodes: YEntries, id: string): NodeView | undefined {
  const map = nodes.get(id);
  if (!(map instanceof Y.Map) || !map.has('type')) return undefined;
  const type = String(map.get('type'));
  const pos = map.get('pos');
  const [x, y] = Array.isArray(pos) ? pos : [0, 0];
  return {
    id,
    type,
    label: String(map.get('label') ?? kindTitle(type)),
    position: { x: Number(x) || 0, y: Number(y) || 0 },
    config: readConfig(map, type),
    inputs: readPorts(map, 'in'),
    outputs: readPorts(map, 'out'),
  };
}

function readConfig(map: YEntries, type: string): JsonObject {
  const names = new Set<string>();
  for (const key of map.keys())
    if (key.startsWith('c/')) names.add(unescapeName(key.slice(2).split('/', 1)[0] ?? ''));
  const config: JsonObject = {};
  for (const name of names) {
    const kind = classOf(type, name);
    const value = readField(map, configKey(name), kind);
    if (value === undefined) continue;
    if (kind === 'text' && (value === '' || value === null) && fieldOf(type, name)?.required !== true)
      continue;
    config[name] = value;
  }
  return ordered(
    config,
    (kindOf(type)?.fields ?? []).map((field) => field.name),
    byCodePoint,
  );
}

function readPorts(map: YEntries, side: Side): Port[] {
  const prefix = `${side}/`;
  const found: [string, string, Port][] = [];
  map.forEach((value, key) => {
    if (!key.startsWith(prefix) || !isObject(value)) return;
    const { o, ...members } = value;
    const id = unescapeName(key.slice(prefix.length));
    found.push([
      String(o ?? ''),
      id,
      ordered({ id, ...cloneJson(members) }, ['id', 'label', 'type'], byCodePoint) as unknown as Port,
    ]);
  });
  return found.sort((a, b) => byOrder([a[0], a[1]], [b[0], b[1]])).map(([, , port]) => port);
}

export function readEdge(edges: YEntries, id: string): EdgeView | undefined {
  const value = edges.get(id);
  if (!isObject(value)) return undefined;
  const condition = edges.get(`${id}/cond`);
  const view = {
    id,
    type: (value['type'] ?? 'sequential') as EdgeType,
    source: cloneJson(value['source'] ?? { node: '' }) as unknown as EdgeEnd,
    target: cloneJson(value['target'] ?? { node: '' }) as unknown as EdgeEnd,
  };
  return typeof condition === 'string' ? { ...view, condition } : view;
}

export function readConfigRoot(config: YEntries): JsonObject {
  const value: JsonObject = {};
  const sections: Record<string, JsonObject> = { core_identity: {} };
  const names = new Set([...config.keys()].map((key) => key));
  for (const key of names) {
    const [head = '', member] = key.split('/');
    if (head === 'types') value['types'] ??= readField(config, 'types', 'map') ?? {};
    else if (member === undefined) value[unescapeName(head)] = readField(config, key, 'value') ?? null;
    else (sections[head] ??= {})[unescapeName(member)] = readField(config, key, 'value') ?? null;
  }
  for (const [head, section] of Object.entries(sections))
    value[head] = ordered(section, identityKnown, byCodePoint);
  return ordered(value, configKnown, byCodePoint);
}

export function readMetadata(metadata: YEntries): JsonObject {
  const value: JsonObject = {};
  for (const key of metadata.keys()) {
    const member = readField(metadata, key, key === 'description' ? 'text' : 'value');
    if (member !== undefined && !(key === 'description' && member === '')) value[key] = member;
  }
  return ordered(value, ['author', 'created', 'description', 'unknown_steps'], byCodePoint);
}

export function readUnknown(flow: YEntries): JsonObject {
  const value: JsonObject = {};
  for (const key of flow.keys())
    if (key.startsWith('x/')) value[key.slice(2)] = readField(flow, key, 'value') ?? null;
  return ordered(value, [], byCodePoint);
}

export const readModels = (roots: Roots): ModelRow[] =>
  readRows(roots.models, modelRows) as unknown as ModelRow[];
export const readQueues = (roots: Roots): QueueRow[] =>
  readRows(roots.queues, queueRows) as unknown as QueueRow[];
export const readVariables = (roots: Roots): VariableRow[] =>
  readRows(roots.variables, variableRows) as unknown as VariableRow[];
export const readTests = (roots: Roots): FixtureRow[] =>
  readRows(roots.tests, testRows) as unknown as FixtureRow[];

// ---- rendering
// ----------------------------------------------------------------------------------------------------

/** The document in normal form (11 section 2): the JSON that is saved, compiled and compared. */
export function renderDoc(doc: Y.Doc, ids: { id: string; version: string }): FlowDocument {
  const roots = rootsOf(doc);
  const lists: JsonObject = {
    nodes: nodeOrder(roots.nodes).map((id) => renderNode(roots.nodes, id)),
    edges: edgeOrder(roots.edges).map((id) => renderEdge(roots.edges, id)),
  };
  return ordered({ ...renderHead(roots, ids), ...lists }, topKnown, byCodePoint) as unknown as FlowDocument;
}

/** The document without its nodes and edges. */
export function renderHead(roots: Roots, ids: { id: string; version: string }): JsonObject {
  const top: JsonObject = {
    $schema: (roots.flow.get('$schema') as Json | undefined) ?? schemaUrl,
    id: ids.id,
    name: (roots.flow.get('name') as Json | undefined) ?? '',
    version: ids.version,
  };
  const target = roots.flow.get('scaicore_target') as Json | undefined;
  if (target !== undefined) top['scaicore_target'] = target;
  top['metadata'] = readMetadata(roots.metadata);
  top['variables'] = readRows(roots.variables, variableRows);
  top['config'] = renderConfig(roots);
  top['tests'] = readRows(roots.tests, testRows);
  return { ...top, ...readUnknown(roots.flow) };
}

function renderConfig(roots: Roots): Json {
  const config = readConfigRoot(roots.config);
  const identity = isObject(config['core_identity']) ? config['core_identity'] : {};
  config['core_identity'] = ordered(
    { ...identity, models: readRows(roots.models, modelRows) },
    identityKnown,
    byCodePoint,
  );
  const queues = readRows(roots.queues, queueRows);
  const scope = isObject(config['scaiqueue']) ? config['scaiqueue'] : {};
  if (queues.length > 0 || Object.keys(scope).length > 0) {
    config['scaiqueue'] = ordered({ ...scope, queues }, ['scope', 'queues'], byCodePoint);
  }
  return ordered(config, configKnown, byCodePoint);
}

export function renderNode(nodes: YEntries, id: string): Json {
  const view = readNode(nodes, id);
  const map = nodes.get(id);
  if (!view || !(map instanceof Y.Map)) return null;
  const pos = map.get('pos');
  const more = Array.isArray(pos) && isObject(pos[2]) ? cloneJson(pos[2]) : {};
  const node: JsonObject = { ...(view as unknown as JsonObject), position: { ...view.position, ...more } };
  for (const key of map.keys())
    if (key.startsWith('x/')) node[key.slice(2)] = cloneJson(map.get(key) as Json);
  return ordered(node, nodeKnown, byCodePoint);
}

export function renderEdge(edges: YEntries, id: string): Json {
  const view = readEdge(edges, id);
  const value = edges.get(id);
  if (!view || !isObject(value)) return null;
  const { o: _, ...members } = value;
  return ordered({ ...cloneJson(members), ...(view as unknown as JsonObject) }, edgeKnown, byCodePoint);
}
