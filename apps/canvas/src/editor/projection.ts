import { batch } from 'solid-js';
import { createStore, produce, reconcile, type SetStoreFunction } from 'solid-js/store';
import * as Y from 'yjs';
import type { EdgeView, NodeView } from '../model/flow';
import { FlowIndex } from '../model/flowIndex';
import {
  edgeOrder,
  nodeOrder,
  readConfigRoot,
  readEdge,
  readMetadata,
  readModels,
  readNode,
  readQueues,
  readTests,
  readUnknown,
  readVariables,
  rootNames,
  rootsOf,
  SEED,
  type RootName,
  type Roots,
} from '../sync/flowDoc';
import type { FlowMeta, FlowStore } from './types';

/** What one transaction touched: ids of nodes and edges, and names of the other roots. */
export interface Touched {
  nodes: Set<string>;
  edges: Set<string>;
  roots: Set<RootName>;
  /** Lists whose members or order keys changed. */
  orders: Set<'nodes' | 'edges'>;
}

export function nothing(): Touched {
  return { nodes: new Set(), edges: new Set(), roots: new Set(), orders: new Set() };
}

/**
 * The store as a projection of the Y.Doc: deep observers collect what a transaction touched, and one batch
 * patches exactly that (12 section 3). The index beside it is patched in the same step.
 */
export class Projection {
  readonly store: FlowStore;
  readonly index = new FlowIndex();
  private readonly set_: SetStoreFunction<FlowStore>;
  private readonly roots_: Roots;
  private touched_ = nothing();
  private readonly listeners_ = new Set<(touched: Touched | 'all') => void>();
  private readonly stop_: () => void;

  constructor(
    private readonly doc_: Y.Doc,
    meta: FlowMeta,
  ) {
    this.roots_ = rootsOf(doc_);
    const [store, set] = createStore<FlowStore>({
      meta,
      nodes: {},
      edges: {},
      nodeOrder: [],
      edgeOrder: [],
      metadata: {},
      config: {},
      models: [],
      queues: [],
      variables: [],
      tests: [],
      unknown: {},
    });
    this.store = store;
    this.set_ = set;
    this.stop_ = this.observe_();
    this.readAll_();
  }

  /** Hears what each transaction touched, before the store's revision grows. Gives what ends it. */
  onTouched(listener: (touched: Touched | 'all') => void): () => void {
    this.listeners_.add(listener);
    return () => this.listeners_.delete(listener);
  }

  setMeta(patch: Partial<FlowMeta>): void {
    this.set_('meta', patch);
  }

  dispose(): void {
    this.stop_();
  }

  private observe_(): () => void {
    const watchers = rootNames.map((name) => {
      const root = this.roots_[name];
      const watch = (events: Y.YEvent<Y.AbstractType<unknown>>[]): void => this.collect_(name, events);
      root.observeDeep(watch as Parameters<typeof root.observeDeep>[0]);
      return () => root.unobserveDeep(watch as Parameters<typeof root.observeDeep>[0]);
    });
    const after = (transaction: Y.Transaction): void => this.apply_(transaction);
    this.doc_.on('afterTransaction', after);
    return () => {
      for (const stop of watchers) stop();
      this.doc_.off('afterTransaction', after);
    };
  }

  private collect_(name: RootName, events: Y.YEvent<Y.AbstractType<unknown>>[]): void {
    if (name !== 'nodes' && name !== 'edges') {
      this.touched_.roots.add(name);
      return;
    }
    for (const event of events) {
      const [first] = event.path;
      const keys = first !== undefined ? [String(first)] : [...event.changes.keys.keys()];
      for (const key of keys) this.touched_[name].add(key.split('/', 1)[0] ?? key);
      const whole = first === undefined && keys.some((key) => !key.includes('/'));
      if (whole || event.changes.keys.has('ord')) this.touched_.orders.add(name);
    }
  }

  private apply_(transaction: Y.Transaction): void {
    const touched = this.touched_;
    this.touched_ = nothing();
    if (touched.nodes.size + touched.edges.size + touched.roots.size === 0) return;
    const isSeed = transaction.origin === SEED;
    for (const listener of this.listeners_) listener(isSeed ? 'all' : touched);
    if (isSeed) {
      this.readAll_();
      return;
    }
    batch(() => {
      for (const id of touched.nodes) this.patchNode_(id);
      for (const id of touched.edges) this.patchEdge_(id);
      if (touched.orders.has('nodes')) this.patchOrder_('nodeOrder', nodeOrder(this.roots_.nodes));
      if (touched.orders.has('edges')) this.patchOrder_('edgeOrder', edgeOrder(this.roots_.edges));
      for (const root of touched.roots) this.patchRoot_(root);
      this.set_('meta', (meta) => ({ dirty: true, revision: meta.revision + 1 }));
    });
  }

  private patchNode_(id: string): void {
    const view = readNode(this.roots_.nodes, id);
    if (view) this.index.setNode(view);
    else this.index.deleteNode(id);
    patchEntry(this.set_, 'nodes', id, view, this.store.nodes[id] !== undefined);
  }

  private patchEdge_(id: string): void {
    const view = readEdge(this.roots_.edges, id);
    if (view) this.index.setEdge(view);
    else this.index.deleteEdge(id);
    patchEntry(this.set_, 'edges', id, view, this.store.edges[id] !== undefined);
  }

  private patchOrder_(key: 'nodeOrder' | 'edgeOrder', next: string[]): void {
    const present = this.store[key];
    if (present.length === next.length && next.every((id, index) => present[index] === id)) return;
    this.set_(key, next);
  }

  private patchRoot_(root: RootName): void {
    const roots = this.roots_;
    if (root === 'flow') {
      this.set_('meta', 'name', String(roots.flow.get('name') ?? ''));
      this.set_('unknown', reconcile(readUnknown(roots.flow)));
    } else if (root === 'metadata') {
      this.set_('metadata', reconcile(readMetadata(roots.metadata)));
      this.set_('meta', 'description', String(this.store.metadata['description'] ?? ''));
    } else if (root === 'config') this.set_('config', reconcile(readConfigRoot(roots.config)));
    else if (root === 'models') this.set_('models', reconcile(readModels(roots), { key: 'role' }));
    else if (root === 'queues') this.set_('queues', reconcile(readQueues(roots), { key: 'slug' }));
    else if (root === 'variables') this.set_('variables', reconcile(readVariables(roots), { key: 'name' }));
    else if (root === 'tests') this.set_('tests', reconcile(readTests(roots), { key: 'name' }));
  }

  private readAll_(): void {
    this.index.clear();
    const nodes: Record<string, NodeView> = {};
    const edges: Record<string, EdgeView> = {};
    const nodeIds = nodeOrder(this.roots_.nodes);
    const edgeIds = edgeOrder(this.roots_.edges);
    for (const id of nodeIds) {
      const view = readNode(this.roots_.nodes, id);
      if (!view) continue;
      nodes[id] = view;
      this.index.setNode(view);
    }
    for (const id of edgeIds) {
      const view = readEdge(this.roots_.edges, id);
      if (!view) continue;
      edges[id] = view;
      this.index.setEdge(view);
    }
    batch(() => {
      this.set_(
        produce((store) => {
          store.nodes = nodes;
          store.edges = edges;
          store.nodeOrder = nodeIds;
          store.edgeOrder = edgeIds;
        }),
      );
      for (const root of ['flow', 'metadata', 'config', 'models', 'queues', 'variables', 'tests'] as const) {
        this.patchRoot_(root);
      }
      this.set_('meta', (meta) => ({ dirty: false, revision: meta.revision + 1 }));
    });
  }
}

function patchEntry<K extends 'nodes' | 'edges'>(
  set: SetStoreFunction<FlowStore>,
  key: K,
  id: string,
  view: NodeView | EdgeView | undefined,
  known: boolean,
): void {
  const write = set as (root: string, id: string, value: unknown) => void;
  write(key, id, view && known ? reconcile(view) : view);
}
