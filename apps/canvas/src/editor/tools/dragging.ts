import { reconcile } from 'solid-js/store';
import { visibleRect } from '../../model/camera';
import type { Point } from '../../model/flow';
import { portOffset } from '../../model/geometry';
import { edgeToInsert } from '../../model/hitTest';
import { snapMove } from '../../model/snap';
import { duplicateNodes } from '../duplicate';
import type { Place } from '../history';
import { insertOnEdge } from '../insert';
import {
  labelOf,
  refreshed,
  scrollNearBorder,
  select,
  selectedNodes,
  type PointerSample,
  type Tool,
  type ToolContext,
} from './context';

/** The selection moves with the hand; the document hears of it once, on the drop. */
export function dragging(ctx: ToolContext, start: PointerSample, lead: string, before: Place): Tool {
  const ids = selectedNodes(ctx);
  const moving = new Set(ids);
  const view = { ...ctx.editor.viewport };
  const lonely = ids.length === 1 && ctx.index.outgoing(lead).length + ctx.index.incoming(lead).length === 0;
  let last = start;

  const update = (sample: PointerSample): void => {
    last = sample;
    const { dx, dy } = settle(ctx, start, sample, lead, moving);
    ctx.set('drag', { dx, dy, copy: sample.alt });
    ctx.set(
      'insertEdge',
      lonely && !sample.alt ? edgeUnder(ctx, lead, sample.world, { x: dx, y: dy }) : null,
    );
  };

  return {
    name: 'dragging',
    enter() {
      ctx.set('dragging', reconcile(Object.fromEntries(ids.map((id) => [id, true as const]))));
      ctx.set('drag', { dx: 0, dy: 0, copy: start.alt });
    },
    exit() {
      ctx.set({ drag: null, guides: [], insertEdge: null });
      ctx.set('dragging', reconcile({}));
    },
    move: update,
    tick() {
      if (scrollNearBorder(ctx, last.screen)) update(refreshed(ctx, last));
    },
    key(press) {
      if (press.key !== 'Alt' && press.key !== 'Shift') return false;
      update({ ...last, alt: press.alt, shift: press.shift });
      return true;
    },
    up() {
      drop(ctx, ids);
    },
    cancel() {
      ctx.set('viewport', view);
      select(ctx, Object.keys(before.selection));
      ctx.set('focus', before.focus);
      ctx.rest();
    },
  };
}

/** The move so far, held to one axis with Shift and snapped unless Ctrl or ⌘ is down. */
function settle(
  ctx: ToolContext,
  start: PointerSample,
  sample: PointerSample,
  lead: string,
  moving: ReadonlySet<string>,
): { dx: number; dy: number } {
  let dx = sample.world.x - start.world.x;
  let dy = sample.world.y - start.world.y;
  const sideways = Math.abs(dx) >= Math.abs(dy);
  if (sample.shift) [dx, dy] = sideways ? [dx, 0] : [0, dy];
  const rect = ctx.index.rectOf(lead);
  if (!rect || sample.mod || !ctx.editor.snap) {
    ctx.set('guides', []);
    return { dx, dy };
  }
  const stays = (id: string): boolean => moving.has(id) && !sample.alt;
  const snapped = snapMove(
    rect,
    dx,
    dy,
    ctx.index.nodeGrid,
    stays,
    visibleRect(ctx.editor.viewport, ctx.editor.size),
  );
  if (sample.shift && sideways) snapped.dy = 0;
  if (sample.shift && !sideways) snapped.dx = 0;
  ctx.set(
    'guides',
    snapped.guides.filter((guide) => !sample.shift || (guide.axis === 'x') === sideways),
  );
  return snapped;
}

/** An edge under the hand or under the node's port row, which the node would be put into. */
function edgeUnder(ctx: ToolContext, id: string, pointer: Point, by: Point): string | null {
  const rect = ctx.index.rectOf(id);
  if (!rect || ctx.index.ports(id, 'in').length === 0 || ctx.index.ports(id, 'out').length === 0) return null;
  const own = { x: rect.x + by.x + rect.w / 2, y: rect.y + by.y + portOffset(0) };
  const except = (edge: { source: { node: string }; target: { node: string } }): boolean =>
    edge.source.node === id || edge.target.node === id;
  return edgeToInsert(ctx.index, pointer, except) ?? edgeToInsert(ctx.index, own, except);
}

function drop(ctx: ToolContext, ids: readonly string[]): void {
  const drag = ctx.editor.drag;
  const edge = ctx.editor.insertEdge;
  const by = { x: drag?.dx ?? 0, y: drag?.dy ?? 0 };
  const copy = drag?.copy ?? false;
  ctx.rest();
  if (by.x === 0 && by.y === 0) return;
  if (copy) {
    select(ctx, duplicateNodes(ctx, ids, by));
    return;
  }
  const positions: Record<string, Point> = {};
  for (const id of ids) {
    const node = ctx.index.node(id);
    if (node) positions[id] = { x: node.position.x + by.x, y: node.position.y + by.y };
  }
  const [first = ''] = ids;
  ctx.writes.transact(
    edge ? 'insert step' : ids.length === 1 ? 'move step' : `move ${ids.length} steps`,
    () => {
      ctx.writes.moveNodes(positions);
      if (edge) insertOnEdge(ctx, edge, first);
    },
  );
  ctx.announce(ids.length === 1 ? `Moved ${labelOf(ctx, first)}` : `Moved ${ids.length} steps`);
}
