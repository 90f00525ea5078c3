import type { PortRef } from '../types';
import { aim } from './connectCommon';
import {
  labelOf,
  refreshed,
  scrollNearBorder,
  type PointerSample,
  type Tool,
  type ToolContext,
} from './context';

/** One end of an edge is taken off: into the void it goes back, with Shift the edge is deleted. */
export function reconnecting(
  ctx: ToolContext,
  id: string,
  end: 'source' | 'target',
  start: PointerSample,
): Tool {
  const from = fixedEnd(ctx, id, end);
  let last = start;
  const update = (sample: PointerSample): void => {
    last = sample;
    if (from) ctx.set('connect', aim(ctx, from, sample, id));
  };
  return {
    name: 'reconnecting',
    enter() {
      update(start);
    },
    move: update,
    tick() {
      if (scrollNearBorder(ctx, last.screen)) update(refreshed(ctx, last));
    },
    up(sample) {
      const preview = from && aim(ctx, from, sample, id);
      ctx.rest();
      if (!preview) return;
      if (preview.status === 'open') {
        if (sample.shift) ctx.writes.removeEdges([id]);
        return;
      }
      if (preview.status === 'refused' || !preview.to) {
        ctx.announce(preview.reason, 'assertive');
        return;
      }
      ctx.writes.updateEdge(id, { [end]: { node: preview.to.node, port: preview.to.port } });
      ctx.announce(`Reconnected to ${labelOf(ctx, preview.to.node)}`);
    },
    exit() {
      ctx.set('connect', null);
    },
    cancel() {
      ctx.rest();
    },
  };
}

function fixedEnd(ctx: ToolContext, id: string, moving: 'source' | 'target'): PortRef | null {
  const edge = ctx.index.edge(id);
  if (!edge) return null;
  return moving === 'source'
    ? { node: edge.target.node, side: 'in', port: ctx.index.portOf(edge.target, 'in') }
    : { node: edge.source.node, side: 'out', port: ctx.index.portOf(edge.source, 'out') };
}
