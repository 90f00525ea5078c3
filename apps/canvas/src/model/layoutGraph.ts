import type { Point, Rect } from './flow';
import type { FlowIndex } from './flowIndex';
import { nodeWidth, portOffset, snapTo } from './geometry';

/** The graph in the form of the layout engine, and its answer turned into positions. Pure. */
export interface LayoutNode {
  id: string;
  width: number;
  height: number;
  x?: number;
  y?: number;
  ports: {
    id: string;
    x: number;
    y: number;
    width: number;
    height: number;
    layoutOptions: Record<string, string>;
  }[];
  layoutOptions: Record<string, string>;
}

export interface LayoutGraph {
  id: string;
  layoutOptions: Record<string, string>;
  children: LayoutNode[];
  edges: { id: string; sources: string[]; targets: string[]; layoutOptions: Record<string, string> }[];
}

const gap = 48;
const pillRoom = 78;

const options: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.spacing.nodeNode': String(gap),
  'elk.layered.spacing.nodeNodeBetweenLayers': String(gap),
  'elk.spacing.componentComponent': '72',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.spacing.edgeNode': '28',
  'elk.spacing.edgeEdge': '20',
  'elk.layered.crossingMinimization.strategy': 'LAYER_SWEEP',
  'elk.edgeRouting': 'SPLINES',
};

export function layoutGraph(index: FlowIndex, ids: readonly string[]): LayoutGraph {
  const chosen = new Set(ids);
  const straight = mainPath(index, ids);
  const edges = [...index.edgeIds()]
    .map((id) => index.edge(id))
    .filter((edge) => edge !== undefined)
    .filter((edge) => chosen.has(edge.source.node) && chosen.has(edge.target.node));
  return {
    id: 'flow',
    layoutOptions: options,
    children: ids.map((id) => layoutNode(index, id)),
    edges: edges.map((edge) => ({
      id: edge.id,
      sources: [`${edge.source.node}/out/${index.portOf(edge.source, 'out')}`],
      targets: [`${edge.target.node}/in/${index.portOf(edge.target, 'in')}`],
      layoutOptions: { 'elk.layered.priority.straightness': straight.has(edge.id) ? '10' : '1' },
    })),
  };
}

function layoutNode(index: FlowIndex, id: string): LayoutNode {
  const rect: Rect = index.rectOf(id) ?? { x: 0, y: 0, w: 220, h: 74 };
  const ports = (['in', 'out'] as const).flatMap((side) =>
    index.ports(id, side).map((port, row) => ({
      id: `${id}/${side}/${port.id}`,
      width: 0,
      height: 0,
      x: side === 'in' ? 0 : rect.w,
      y: portOffset(row),
      layoutOptions: { 'elk.port.side': side === 'in' ? 'WEST' : 'EAST' },
    })),
  );
  return { id, width: rect.w, height: rect.h, ports, layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } };
}

/** The edges of the path that is to lie on one line: from each start, the first way on that is no branch. */
function mainPath(index: FlowIndex, ids: readonly string[]): Set<string> {
  const path = new Set<string>();
  const seen = new Set<string>();
  for (const start of ids.filter((id) => index.incoming(id).length === 0)) {
    let at: string | undefined = start;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      const first: string | undefined = index.outgoing(at).find((id) => index.edge(id)?.type !== 'data');
      if (first !== undefined) path.add(first);
      at = first === undefined ? undefined : index.edge(first)?.target.node;
    }
  }
  return path;
}

/**
 * Positions from the engine's answer: columns are set again so that a gap an edge with a pill crosses
 * holds the pill, and the whole stays where the old top left corner was.
 */
export function positionsFrom(
  index: FlowIndex,
  children: readonly { id: string; x?: number; y?: number }[],
  pillWidth: (edge: string) => number,
): Record<string, Point> {
  const columnOf = columnsOf(children);
  const gaps: number[] = new Array<number>(Math.max(0, ...columnOf.values()) + 1).fill(gap);
  for (const id of index.edgeIds()) {
    const edge = index.edge(id);
    const from = edge && columnOf.get(edge.source.node);
    const to = edge && columnOf.get(edge.target.node);
    const width = pillWidth(id);
    if (from === undefined || to === undefined || to <= from || width <= 0) continue;
    gaps[from] = Math.max(gaps[from] ?? gap, pillRoom, width + 24);
  }
  const origin = corner(
    index,
    children.map((child) => child.id),
  );
  const top = Math.min(...children.map((child) => child.y ?? 0));
  const lefts: number[] = [];
  let x = origin.x;
  for (const room of gaps) {
    lefts.push(x);
    x += nodeWidth + room;
  }
  return Object.fromEntries(
    children.map((child) => [
      child.id,
      {
        x: snapTo(lefts[columnOf.get(child.id) ?? 0] ?? 0, 2),
        y: snapTo(origin.y + (child.y ?? 0) - top, 2),
      },
    ]),
  );
}

/** Nodes whose left edges lie within half a node of one another share a column. */
function columnsOf(children: readonly { id: string; x?: number }[]): Map<string, number> {
  const columns = new Map<string, number>();
  let column = -1;
  let left = -Infinity;
  for (const child of [...children].sort((a, b) => (a.x ?? 0) - (b.x ?? 0))) {
    if ((child.x ?? 0) - left > nodeWidth / 2) {
      column++;
      left = child.x ?? 0;
    }
    columns.set(child.id, column);
  }
  return columns;
}

function corner(index: FlowIndex, ids: readonly string[]): Point {
  const rects = ids.map((id) => index.rectOf(id)).filter((rect) => rect !== undefined);
  return { x: Math.min(...rects.map((rect) => rect.x)), y: Math.min(...rects.map((rect) => rect.y)) };
}
