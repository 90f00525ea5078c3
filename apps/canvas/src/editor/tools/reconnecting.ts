import { aim, fixedEnd, rewire } from './connectCommon';
import { refreshed, scrollNearBorder, type PointerSample, type Tool, type ToolContext } from './context';

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
      rewire(ctx, preview, id, end);
    },
    exit() {
      ctx.set('connect', null);
    },
    cancel() {
      ctx.rest();
    },
  };
}
