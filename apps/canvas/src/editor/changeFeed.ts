import type * as Y from 'yjs';
import type { DocumentChange, EntityChange } from '../model/change';
import type { FlowDocument, Json } from '../model/flow';
import {
  edgeOrder,
  nodeOrder,
  renderEdge,
  renderHead,
  renderNode,
  rootsOf,
  type RootName,
} from '../sync/flowDoc';
import type { YEntries } from '../sync/fields';
import { nothing, type Touched } from './projection';

/** What the feed asks of the session. */
interface Owner {
  document: () => FlowDocument;
  /** The document is written from the Y.Doc; before the first change it is what was opened. */
  isRendered: () => boolean;
  ids: () => { id: string; version: string };
}

const apart: readonly RootName[] = ['nodes', 'edges', 'sys'];

/** Collects what transactions touch, and renders just that when a reader asks. */
export class ChangeFeed {
  private touched_ = nothing();
  private isWhole_ = true;
  private ids_ = '';

  constructor(
    private readonly doc_: Y.Doc,
    private readonly owner_: Owner,
  ) {}

  note(touched: Touched | 'all'): void {
    if (touched === 'all') {
      this.isWhole_ = true;
      return;
    }
    for (const key of ['nodes', 'edges', 'roots', 'orders'] as const) {
      const all = this.touched_[key] as Set<string>;
      for (const item of touched[key]) all.add(item);
    }
  }

  take(): DocumentChange {
    const touched = this.touched_;
    this.touched_ = nothing();
    const ids = this.owner_.ids();
    const isNamedAnew = this.ids_ !== `${ids.id} ${ids.version}`;
    this.ids_ = `${ids.id} ${ids.version}`;
    if (this.isWhole_) {
      this.isWhole_ = !this.owner_.isRendered();
      return { kind: 'all', flow: this.owner_.document() };
    }
    const roots = rootsOf(this.doc_);
    const change: DocumentChange = { kind: 'some' };
    if (isNamedAnew || [...touched.roots].some((root) => !apart.includes(root)))
      change.head = renderHead(roots, ids);
    const nodes = listChange(roots.nodes, touched.nodes, renderNode);
    if (touched.orders.has('nodes')) nodes.order = nodeOrder(roots.nodes);
    if (touched.nodes.size > 0) change.nodes = nodes;
    const edges = listChange(roots.edges, touched.edges, renderEdge);
    if (touched.orders.has('edges')) edges.order = edgeOrder(roots.edges);
    if (touched.edges.size > 0) change.edges = edges;
    return change;
  }
}

/** What is gone renders to null, and the order tells of it. */
function listChange(
  entries: YEntries,
  ids: ReadonlySet<string>,
  render: (entries: YEntries, id: string) => Json,
): EntityChange {
  return { set: [...ids].map((id) => render(entries, id)).filter((entity) => entity !== null) };
}
