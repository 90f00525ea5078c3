import type { FlowStore } from '../editor/types';
import type { EdgeView } from '../model/flow';
import { kindOf } from '../model/kinds';

/** The graph as a tree for the outline (12 §11): one branch per entry, children in control order. */
export interface OutlineItem {
  key: string;
  nodeId: string;
  depth: number;
  /** What leads here: "if confidence > 0.7", "else", "yes"; empty for plain succession. */
  via: string;
  /** True when the node stands further up already; it is a leaf then. */
  seen: boolean;
}

const ROWS_MAX = 20_000;

export function outlineOf(store: Pick<FlowStore, 'nodes' | 'edges' | 'nodeOrder' | 'edgeOrder'>): {
  items: OutlineItem[];
  loose: string[];
} {
  const out = new Map<string, EdgeView[]>();
  for (const id of store.edgeOrder) {
    const edge = store.edges[id];
    if (edge && edge.type !== 'data') out.set(edge.source.node, [...(out.get(edge.source.node) ?? []), edge]);
  }
  const items: OutlineItem[] = [];
  const seen = new Set<string>();
  const visit = (root: string) => {
    const stack: Omit<OutlineItem, 'seen'>[] = [{ key: root, nodeId: root, depth: 0, via: '' }];
    for (let next = stack.pop(); next !== undefined && items.length < ROWS_MAX; next = stack.pop()) {
      const known = seen.has(next.nodeId);
      items.push({ ...next, seen: known });
      if (known) continue;
      seen.add(next.nodeId);
      const edges = out.get(next.nodeId) ?? [];
      const isFork = edges.length > 1;
      for (const edge of [...edges].reverse()) {
        if (!store.nodes[edge.target.node]) continue;
        stack.push({
          key: `${next.key}/${edge.id}`,
          nodeId: edge.target.node,
          depth: next.depth + (isFork ? 1 : 0),
          via: isFork || edge.type === 'conditional' ? viaOf(store, edge) : '',
        });
      }
    }
  };
  const entries = store.nodeOrder.filter((id) => kindOf(store.nodes[id]?.type ?? '')?.entry);
  for (const id of entries) visit(id);
  const loose = store.nodeOrder.filter((id) => !seen.has(id));
  return { items, loose };
}

function viaOf(store: Pick<FlowStore, 'nodes'>, edge: EdgeView): string {
  if (edge.condition !== undefined)
    return /^\s*else\s*$/i.test(edge.condition) ? 'else' : `if ${edge.condition.trim()}`;
  const port = edge.source.port;
  const source = store.nodes[edge.source.node];
  return source?.outputs.find((item) => item.id === port)?.label ?? port ?? '';
}
