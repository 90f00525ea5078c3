import * as Y from 'yjs';
import type {
  EdgeEnd,
  FixtureRow,
  FlowNode,
  Json,
  JsonObject,
  ModelRow,
  Point,
  Port,
  QueueRow,
  Side,
  VariableRow,
} from '../model/flow';
import type { FlowIndex } from '../model/flowIndex';
import { freshId } from '../model/ids';
import { cloneJson, isObject, withPath } from '../model/json';
import { kindOf, kindTitle } from '../model/kinds';
import { clientKeyBetween } from '../model/orderKey';
import { escapeName, setPlain, unescapeName, writeField, type YEntries } from '../sync/fields';
import {
  classOf,
  configKey,
  orderOf,
  readEdge,
  readNode,
  rootsOf,
  seedEdge,
  seedNode,
  writePorts,
  type Roots,
} from '../sync/flowDoc';
import { modelRows, queueRows, testRows, variableRows, writeRows } from '../sync/rows';
import type { History } from './history';
import type { EdgePatch, FlowWrites, NewEdge } from './types';

/** The typed writes: each checks nothing but that what it names exists; the compiler judges the rest. */
export class DocWrites implements FlowWrites {
  private readonly roots_: Roots;

  constructor(
    doc: Y.Doc,
    private readonly history_: History,
    private readonly index_: FlowIndex,
    private readonly mayEdit_: () => boolean,
  ) {
    this.roots_ = rootsOf(doc);
  }

  transact<T>(label: string, fn: () => T): T {
    return this.history_.transact(label, fn);
  }

  addNode(kind: string, at: Point, config?: JsonObject): string {
    const spec = kindOf(kind);
    const title = kindTitle(kind);
    const node = {
      type: kind,
      label: this.freeLabel_(title),
      position: { x: at.x, y: at.y },
      config: { ...cloneJson((spec?.placeConfig ?? {}) as JsonObject), ...config },
      inputs: cloneJson(spec?.inputs ?? []) as Port[],
      outputs: cloneJson(spec?.outputs ?? []) as Port[],
    };
    return this.insertNode({ ...node, id: '' }, `add ${title}`);
  }

  /** Adds a node as given; an empty or taken id gets a fresh one. */
  insertNode(node: FlowNode, label = 'add step'): string {
    const taken = (id: string): boolean => this.roots_.nodes.has(id);
    const id = node.id && !taken(node.id) ? node.id : freshId('node_', taken);
    this.write_(label, () => seedNode(this.roots_.nodes, node, id, this.lastKey_(this.roots_.nodes)));
    return id;
  }

  removeNodes(ids: readonly string[]): void {
    const present = ids.filter((id) => this.roots_.nodes.has(id));
    if (present.length === 0) return;
    this.write_(present.length === 1 ? 'delete step' : `delete ${present.length} steps`, () => {
      const gone = new Set(present);
      this.dropEdges_(
        [...this.roots_.edges.keys()].filter((key) => {
          const edge = key.includes('/') ? undefined : readEdge(this.roots_.edges, key);
          return edge && (gone.has(edge.source.node) || gone.has(edge.target.node));
        }),
      );
      for (const id of present) this.roots_.nodes.delete(id);
    });
  }

  setNodeLabel(id: string, label: string): void {
    const node = this.node_(id);
    if (node) this.write_('rename', () => setPlain(node, 'label', label.slice(0, 200)), `label ${id}`);
  }

  setNodeConfig(id: string, field: string, value: Json | undefined): void {
    const node = this.node_(id);
    if (!node) return;
    const type = String(node.get('type'));
    this.write_(
      `change ${field}`,
      () => {
        writeField(node, configKey(field), classOf(type, field), value, 'client');
        this.prefill_(node, type, field, value);
      },
      `config ${id} ${field}`,
    );
  }

  replaceNodeConfig(id: string, config: JsonObject): void {
    const node = this.node_(id);
    if (!node) return;
    const type = String(node.get('type'));
    const present = readNode(this.roots_.nodes, id)?.config ?? {};
    this.write_(
      'change config',
      () => {
        const names = new Set([...Object.keys(present), ...Object.keys(config)]);
        for (const field of names)
          writeField(node, configKey(field), classOf(type, field), config[field], 'client');
      },
      `config ${id} *`,
    );
  }

  setNodePorts(id: string, side: Side, ports: readonly Port[]): void {
    const node = this.node_(id);
    if (node) this.write_('change ports', () => writePorts(node, side, ports));
  }

  moveNodes(positions: Readonly<Record<string, Point>>, mergeKey = ''): void {
    const moves = Object.entries(positions).filter(([id]) => this.roots_.nodes.has(id));
    if (moves.length === 0) return;
    this.write_(
      moves.length === 1 ? 'move step' : `move ${moves.length} steps`,
      () => {
        for (const [id, at] of moves) {
          const node = this.node_(id);
          const pos = node?.get('pos');
          const more = Array.isArray(pos) ? pos.slice(2) : [];
          if (node) setPlain(node, 'pos', [bounded(at.x), bounded(at.y), ...(more as Json[])]);
        }
      },
      mergeKey,
    );
  }

  addEdge(edge: NewEdge): string {
    const id = freshId('edge_', (taken) => this.roots_.edges.has(taken));
    this.write_('connect', () =>
      seedEdge(this.roots_.edges, { ...edge, id }, id, this.lastKey_(this.roots_.edges)),
    );
    return id;
  }

  updateEdge(id: string, patch: EdgePatch): void {
    const value = this.roots_.edges.get(id);
    if (!isObject(value)) return;
    this.write_(
      'source' in patch || 'target' in patch ? 'reconnect' : 'change connection',
      () => {
        const { condition, ...members } = patch;
        setPlain(this.roots_.edges, id, cloneJson({ ...value, ...members } as unknown as Json));
        const key = `${id}/cond`;
        if (condition !== undefined) setPlain(this.roots_.edges, key, condition);
        else if ('condition' in patch || (patch.type !== undefined && patch.type !== 'conditional'))
          this.roots_.edges.delete(key);
      },
      'condition' in patch ? `condition ${id}` : '',
    );
  }

  removeEdges(ids: readonly string[]): void {
    const present = ids.filter((id) => this.roots_.edges.has(id));
    if (present.length === 0) return;
    const label = present.length === 1 ? 'delete connection' : `delete ${present.length} connections`;
    this.write_(label, () => this.dropEdges_(present));
  }

  orderEdges(ids: readonly string[]): void {
    const present = ids.filter((id) => isObject(this.roots_.edges.get(id)));
    this.write_('reorder', () => {
      let keys = present.map((id) => orderOf(this.roots_.edges.get(id))).sort();
      if (new Set(keys).size < keys.length) {
        let last: string | null = null;
        keys = keys.map(() => (last = clientKeyBetween(last ?? keys[0] ?? null, null)));
      }
      present.forEach((id, at) => {
        const value = this.roots_.edges.get(id);
        if (isObject(value)) setPlain(this.roots_.edges, id, { ...value, o: keys[at] ?? '' });
      });
    });
  }

  setFlowName(name: string): void {
    const text = name.trim().slice(0, 200);
    if (text) this.write_('rename flow', () => setPlain(this.roots_.flow, 'name', text), 'flow name');
  }

  setFlowDescription(text: string): void {
    this.write_(
      'change description',
      () => {
        writeField(this.roots_.metadata, 'description', 'text', text.slice(0, 10000), 'client');
      },
      'flow description',
    );
  }

  setConfig(path: readonly string[], value: Json | undefined): void {
    const [head, member, ...rest] = path;
    if (head === undefined) return;
    this.write_(
      `change ${path[path.length - 1] ?? head}`,
      () => {
        if (head === 'core_identity' || head === 'scaiqueue') this.setSection_(head, member, rest, value);
        else this.setTopConfig_(head, path.slice(1), value);
      },
      `flow config ${path.join('/')}`,
    );
  }

  setModels(rows: readonly ModelRow[]): void {
    this.write_(
      'change models',
      () => writeRows(this.roots_.models, modelRows, rows as unknown as Json[]),
      'models',
    );
  }

  setQueues(rows: readonly QueueRow[]): void {
    this.write_(
      'change queues',
      () => writeRows(this.roots_.queues, queueRows, rows as unknown as Json[]),
      'queues',
    );
  }

  setVariables(rows: readonly VariableRow[]): void {
    this.write_(
      'change variables',
      () => {
        writeRows(this.roots_.variables, variableRows, rows as unknown as Json[]);
      },
      'variables',
    );
  }

  setTests(rows: readonly FixtureRow[]): void {
    this.write_(
      'change tests',
      () => writeRows(this.roots_.tests, testRows, rows as unknown as Json[]),
      'tests',
    );
  }

  private write_(label: string, fn: () => void, mergeKey = ''): void {
    if (this.mayEdit_()) this.history_.transact(label, fn, mergeKey);
  }

  private node_(id: string): YEntries | undefined {
    const map = this.roots_.nodes.get(id);
    return map instanceof Y.Map ? map : undefined;
  }

  private dropEdges_(ids: readonly string[]): void {
    for (const id of ids) {
      this.roots_.edges.delete(id);
      this.roots_.edges.delete(`${id}/cond`);
    }
  }

  private lastKey_(root: YEntries): string {
    let last = '';
    root.forEach((value) => {
      const key = orderOf(value);
      if (key > last) last = key;
    });
    return clientKeyBetween(last || null, null);
  }

  private freeLabel_(title: string): string {
    const taken = new Set<string>();
    for (const id of this.index_.nodeIds()) taken.add(this.index_.node(id)?.label ?? '');
    if (!taken.has(title)) return title;
    for (let n = 2; ; n++) if (!taken.has(`${title} ${n}`)) return `${title} ${n}`;
  }

  /** Values that a choice brings along, e.g. `max_iterations` of a while loop (12 section 8.4). */
  private prefill_(node: YEntries, type: string, field: string, value: Json | undefined): void {
    const extra = kindOf(type)?.prefill[field]?.[String(value)] ?? {};
    for (const [name, given] of Object.entries(extra)) {
      if (!node.has(configKey(name)))
        writeField(node, configKey(name), classOf(type, name), given as Json, 'client');
    }
  }

  private setTopConfig_(head: string, path: readonly string[], value: Json | undefined): void {
    const key = escapeName(head);
    const kind = head === 'types' ? 'map' : 'value';
    const present = this.roots_.config.get(key) as Json | undefined;
    const next =
      kind === 'map' && path[0] !== undefined
        ? withPath(this.readTypes_(), path, value)
        : withPath(present, path, value);
    writeField(this.roots_.config, key, kind, next, 'client');
  }

  private readTypes_(): Json {
    const types: JsonObject = {};
    this.roots_.config.forEach((value, key) => {
      if (key.startsWith('types/')) types[key.slice('types/'.length)] = value as Json;
    });
    return types;
  }

  private setSection_(
    section: 'core_identity' | 'scaiqueue',
    member: string | undefined,
    rest: string[],
    value: Json | undefined,
  ): void {
    const list = section === 'core_identity' ? 'models' : 'queues';
    const spec = section === 'core_identity' ? modelRows : queueRows;
    if (member === undefined) {
      const members: JsonObject = isObject(value) ? value : {};
      for (const key of [...this.roots_.config.keys()]) {
        const name = unescapeName(key.slice(section.length + 1));
        if (key.startsWith(`${section}/`) && !(name in members)) this.roots_.config.delete(key);
      }
      if (!(list in members)) writeRows(this.roots_[list], spec, []);
      for (const [name, each] of Object.entries(members)) this.setSection_(section, name, [], each);
    } else if (member === list && rest.length === 0) {
      writeRows(this.roots_[list], spec, Array.isArray(value) ? value : []);
    } else {
      const key = `${section}/${escapeName(member)}`;
      const next = withPath(this.roots_.config.get(key) as Json | undefined, rest, value);
      if (next === undefined) this.roots_.config.delete(key);
      else setPlain(this.roots_.config, key, next);
    }
  }
}

/** Positions stay within the limits of 01 section 3.2 and on hundredths. */
function bounded(value: number): number {
  return Math.max(-1e6, Math.min(1e6, Math.round(value * 100) / 100));
}

export function endsEqual(a: EdgeEnd, b: EdgeEnd): boolean {
  return a.node === b.node && a.port === b.port;
}
