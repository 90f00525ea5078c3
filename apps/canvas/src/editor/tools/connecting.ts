import type { PortRef } from '../types';
import { aim, connect } from './connectCommon';
import { refreshed, scrollNearBorder, type PointerSample, type Tool, type ToolContext } from './context';

/**
 * A new edge from a port: dropped on a port or node it connects, dropped into the void it asks what to
 * add.
 */
export function connecting(ctx: ToolContext, from: PortRef, start: PointerSample): Tool {
  let last = start;
  const update = (sample: PointerSample): void => {
    last = sample;
    ctx.set('connect', aim(ctx, from, sample, null));
  };
  return {
    name: 'connecting',
    enter() {
      ctx.set('connect', aim(ctx, from, start, null));
    },
    move: update,
    tick() {
      if (scrollNearBorder(ctx, last.screen)) update(refreshed(ctx, last));
    },
    key(press) {
      if (press.key !== 'Alt') return false;
      update({ ...last, alt: press.alt });
      return true;
    },
    up(sample) {
      const preview = aim(ctx, from, sample, null);
      ctx.rest();
      if (preview.status === 'open' && sample.inside) {
        ctx.set('quickAdd', { at: sample.world, from, edge: null, type: preview.type });
      } else connect(ctx, preview);
    },
    exit() {
      ctx.set('connect', null);
    },
    cancel() {
      ctx.rest();
    },
  };
}
