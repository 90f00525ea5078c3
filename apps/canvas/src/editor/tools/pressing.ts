import { distance } from '../../model/geometry';
import type { Hit } from '../../model/hitTest';
import { connecting } from './connecting';
import {
  dragThreshold,
  select,
  toggleSelected,
  type PointerSample,
  type Tool,
  type ToolContext,
} from './context';
import { dragging } from './dragging';
import { marquee } from './marquee';
import { reconnecting } from './reconnecting';

/** The button is down and has not moved yet: a click, or the start of a drag. */
export function pressing(ctx: ToolContext, start: PointerSample, hit: Hit): Tool {
  return {
    name: 'pressing',
    move(sample) {
      if (distance(sample.screen, start.screen) >= dragThreshold) startDrag(ctx, start, hit, sample);
    },
    up(sample) {
      ctx.rest();
      click(ctx, sample, hit, start.clicks);
    },
    cancel() {
      ctx.rest();
    },
  };
}

function startDrag(ctx: ToolContext, start: PointerSample, hit: Hit, sample: PointerSample): void {
  const next = dragTool(ctx, start, hit);
  ctx.go(next);
  next.move?.(sample);
}

function dragTool(ctx: ToolContext, start: PointerSample, hit: Hit): Tool {
  if (hit.kind === 'empty') return marquee(ctx, start);
  if (hit.kind === 'pill' || !ctx.mayEdit()) return marquee(ctx, start);
  if (hit.kind === 'port') return connecting(ctx, { node: hit.id, side: hit.side, port: hit.port }, start);
  if (hit.kind === 'edge') return hit.end ? reconnecting(ctx, hit.id, hit.end, start) : marquee(ctx, start);
  const before = { selection: { ...ctx.editor.selection }, focus: ctx.editor.focus };
  if (!ctx.editor.selection[hit.id]) {
    if (start.shift || start.mod) toggleSelected(ctx, hit.id);
    else select(ctx, [hit.id]);
  }
  ctx.set('focus', hit.id);
  return dragging(ctx, start, hit.id, before);
}

function click(ctx: ToolContext, sample: PointerSample, hit: Hit, clicks: number): void {
  if (hit.kind === 'empty') {
    if (!sample.shift && !sample.mod) select(ctx, []);
    if (clicks === 2 && ctx.mayEdit()) {
      ctx.set('quickAdd', { at: sample.world, from: null, edge: null, type: 'sequential' });
    }
    return;
  }
  if (sample.shift || sample.mod) toggleSelected(ctx, hit.id);
  else select(ctx, [hit.id]);
  ctx.set('focus', hit.id);
  if (clicks !== 2) return;
  if (hit.kind === 'node') ctx.requests.openNode?.(hit.id);
  else if (hit.kind !== 'port' && ctx.mayEdit() && ctx.index.edge(hit.id)?.type === 'conditional') {
    ctx.set('conditionEdit', hit.id);
  }
}
