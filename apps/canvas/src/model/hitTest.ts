import type { EdgeView, Point, Rect, Side } from './flow';
import type { FlowIndex } from './flowIndex';
import { contains, distance, portHit } from './geometry';
import { distanceTo, pointOn } from './route';

export type Hit =
  | { kind: 'empty' }
  | { kind: 'node'; id: string }
  | { kind: 'port'; id: string; side: Side; port: string }
  | { kind: 'pill'; id: string }
  | { kind: 'edge'; id: string; end: 'source' | 'target' | null };

export interface HitOptions {
  /** Zoom: far away the hit areas keep their size on the screen. */
  k: number;
  /** What lies on top: looked at first. */
  raised?: (node: string) => boolean;
  /** Half width of the pill of an edge, 0 when none is drawn. */
  pillHalf?: (edge: EdgeView) => number;
}

const empty: Hit = { kind: 'empty' };
const edgeReach = 7;
/** An edge is taken by its end up to this far from the port's hit area. */
const endReach = 26;

/** What is under a point: ports before nodes, nodes before pills, pills before edges. */
export function hitTest(index: FlowIndex, point: Point, options: HitOptions): Hit {
  const port = options.k >= 0.25 ? nearestPort(index, point, portHit / Math.min(1, options.k)) : null;
  if (port) return { kind: 'port', id: port.node, side: port.side, port: port.port };
  const node = nodeAt(index, point, options.raised);
  if (node) return { kind: 'node', id: node };
  return options.k >= 0.25 ? edgeAt(index, point, options) : empty;
}

export interface PortHit {
  node: string;
  side: Side;
  port: string;
  at: Point;
}

/** The port nearest to a point within `reach`. */
export function nearestPort(index: FlowIndex, point: Point, reach: number): PortHit | null {
  let best: PortHit | null = null;
  let bestDistance = reach;
  const around: Rect = { x: point.x - reach, y: point.y - reach, w: reach * 2, h: reach * 2 };
  for (const id of index.nodeGrid.query(around)) {
    for (const side of ['in', 'out'] as const) {
      for (const port of index.ports(id, side)) {
        const at = index.portPoint(id, side, port.id);
        if (!at) continue;
        const away = distance(at, point);
        if (away <= bestDistance) {
          bestDistance = away;
          best = { node: id, side, port: port.id, at };
        }
      }
    }
  }
  return best;
}

/** The topmost node under a point: a raised one, else the one last in the document. */
export function nodeAt(index: FlowIndex, point: Point, raised?: (id: string) => boolean): string | null {
  const under = index.nodeGrid
    .query({ x: point.x, y: point.y, w: 0, h: 0 })
    .filter((id) => contains(index.rectOf(id) ?? { x: 0, y: 0, w: -1, h: -1 }, point));
  if (under.length <= 1) return under[0] ?? null;
  const lifted = raised && under.find(raised);
  if (lifted) return lifted;
  const among = new Set(under);
  let last: string | null = null;
  for (const id of index.nodeIds()) if (among.has(id)) last = id;
  return last;
}

function edgeAt(index: FlowIndex, point: Point, options: HitOptions): Hit {
  const reach = edgeReach / options.k;
  const around: Rect = {
    x: point.x - reach - 12,
    y: point.y - reach - 12,
    w: 2 * reach + 24,
    h: 2 * reach + 24,
  };
  let best: Hit = empty;
  let bestDistance = reach;
  for (const id of index.edgeGrid.query(around)) {
    const edge = index.edge(id);
    const route = index.route(id);
    if (!edge || !route) continue;
    const half = options.pillHalf?.(edge) ?? 0;
    if (half > 0 && Math.abs(point.x - route.pill.x) <= half && Math.abs(point.y - route.pill.y) <= 12) {
      return { kind: 'pill', id };
    }
    const near = distanceTo(route, point);
    if (near.distance > bestDistance) continue;
    bestDistance = near.distance;
    best = { kind: 'edge', id, end: endOf(route.pieces, point, near.along) };
  }
  return best;
}

function endOf(
  pieces: readonly { a: Point; d: Point }[],
  point: Point,
  along: number,
): 'source' | 'target' | null {
  const start = pieces[0]?.a;
  const tip = pieces[pieces.length - 1]?.d;
  if (start && along < 0.5 && distance(start, point) <= endReach) return 'source';
  if (tip && along >= 0.5 && distance(tip, point) <= endReach) return 'target';
  return null;
}

/** The edge a dropped node would be put into: within 12 units, and not one of the node's own. */
export function edgeToInsert(
  index: FlowIndex,
  point: Point,
  except: (edge: EdgeView) => boolean,
): string | null {
  let best: string | null = null;
  let bestDistance = 12;
  for (const id of index.edgeGrid.query({ x: point.x - 12, y: point.y - 12, w: 24, h: 24 })) {
    const edge = index.edge(id);
    const route = index.route(id);
    if (!edge || !route || except(edge)) continue;
    const away = distanceTo(route, point).distance;
    if (away <= bestDistance) {
      bestDistance = away;
      best = id;
    }
  }
  return best;
}

/** Nodes and edges that a marquee takes: touched, or wholly inside. */
export function inMarquee(index: FlowIndex, rect: Rect, inside: boolean): string[] {
  const nodes = index.nodeGrid.query(rect).filter((id) => {
    const own = index.rectOf(id);
    return (
      own &&
      (!inside ||
        (own.x >= rect.x &&
          own.y >= rect.y &&
          own.x + own.w <= rect.x + rect.w &&
          own.y + own.h <= rect.y + rect.h))
    );
  });
  const edges = index.edgeGrid.query(rect).filter((id) => {
    const route = index.route(id);
    if (!route) return false;
    let touched = false;
    for (const piece of route.pieces) {
      for (let i = 0; i <= 12; i++) {
        const point = pointOn(piece, i / 12);
        const within = contains(rect, point);
        if (inside && !within) return false;
        touched ||= within;
      }
    }
    return touched;
  });
  return [...nodes, ...edges];
}
