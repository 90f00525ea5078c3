import type { Rect } from './flow';
import { snapTo } from './geometry';
import type { SpatialGrid } from './grid';

export interface SnapGuide {
  axis: 'x' | 'y';
  at: number;
  from: number;
  to: number;
}

export interface SnapResult {
  dx: number;
  dy: number;
  guides: SnapGuide[];
}

export const snapUnit = 8;
const reach = 6;

/**
 * Where a moved rectangle comes to rest: on a neighbour's edge or middle within 6 units, else on the 8
 * unit raster. `lead` is the rectangle before the move, `others` the ids that do not move along.
 */
export function snapMove(
  lead: Rect,
  dx: number,
  dy: number,
  grid: SpatialGrid,
  moves: (id: string) => boolean,
  view: Rect,
): SnapResult {
  const moved = { ...lead, x: lead.x + dx, y: lead.y + dy };
  const near = grid
    .query(view)
    .filter((id) => !moves(id))
    .map((id) => grid.rectOf(id))
    .filter((rect) => rect !== undefined);
  const guides: SnapGuide[] = [];
  const x = bestLine(moved, near, 'x');
  const y = bestLine(moved, near, 'y');
  const settled = {
    ...moved,
    x: x ? moved.x + x.shift : snapTo(moved.x, snapUnit),
    y: y ? moved.y + y.shift : snapTo(moved.y, snapUnit),
  };
  if (x) guides.push(guideFor('x', x.at, settled, near));
  if (y) guides.push(guideFor('y', y.at, settled, near));
  return { dx: settled.x - lead.x, dy: settled.y - lead.y, guides };
}

function linesOf(rect: Rect, axis: 'x' | 'y'): [number, number, number] {
  return axis === 'x'
    ? [rect.x, rect.x + rect.w / 2, rect.x + rect.w]
    : [rect.y, rect.y + rect.h / 2, rect.y + rect.h];
}

/** Starts align with starts, middles with middles, ends with ends. */
function bestLine(moved: Rect, near: readonly Rect[], axis: 'x' | 'y'): { shift: number; at: number } | null {
  const own = linesOf(moved, axis);
  let best: { shift: number; at: number } | null = null;
  for (const rect of near) {
    linesOf(rect, axis).forEach((at, place) => {
      const shift = at - (own[place] ?? 0);
      if (Math.abs(shift) <= reach && (!best || Math.abs(shift) < Math.abs(best.shift))) best = { shift, at };
    });
  }
  return best;
}

/** The line is drawn along everything that lies on it. */
function guideFor(axis: 'x' | 'y', at: number, moved: Rect, near: readonly Rect[]): SnapGuide {
  const on = near.filter((rect) => linesOf(rect, axis).some((line) => Math.abs(line - at) < 0.5));
  const spans = [moved, ...on].map((rect) =>
    axis === 'x' ? [rect.y, rect.y + rect.h] : [rect.x, rect.x + rect.w],
  );
  return {
    axis,
    at,
    from: Math.min(...spans.map(([low = 0]) => low)),
    to: Math.max(...spans.map(([, high = 0]) => high)),
  };
}
