import type { Hit } from '../../model/hitTest';
import type { HoverRef } from '../types';
import { hitAt, type PointerSample, type Tool, type ToolContext } from './context';
import { panning } from './panning';
import { pressing } from './pressing';

/** Nothing is held: the pointer only lights up what it would take. */
export function idle(ctx: ToolContext): Tool {
  return {
    name: 'idle',
    down(sample) {
      ctx.set('keyboard', false);
      ctx.set({ menu: null, quickAdd: null });
      const hit = hitAt(ctx, sample.world);
      if (pans(sample, hit)) ctx.go(panning(ctx, sample));
      else if (sample.button === 0) ctx.go(pressing(ctx, sample, hit));
    },
    move(sample) {
      hover(ctx, sample.inside ? hitAt(ctx, sample.world) : { kind: 'empty' });
    },
    exit() {
      hover(ctx, { kind: 'empty' });
    },
    cancel() {
      ctx.set({ menu: null, quickAdd: null, rename: null, conditionEdit: null });
    },
  };
}

function pans(sample: PointerSample, hit: Hit): boolean {
  return (
    sample.button === 1 ||
    (sample.button === 0 && sample.space) ||
    (sample.pointerType === 'touch' && hit.kind === 'empty')
  );
}

function hover(ctx: ToolContext, hit: Hit): void {
  const next = hoverOf(hit);
  const now = ctx.editor.hover;
  if (
    now?.kind === next?.kind &&
    now?.id === next?.id &&
    now?.port === next?.port &&
    now?.side === next?.side
  )
    return;
  ctx.set('hover', null);
  if (next) ctx.set('hover', next);
}

function hoverOf(hit: Hit): HoverRef | null {
  if (hit.kind === 'empty') return null;
  if (hit.kind === 'port') return { kind: 'port', id: hit.id, side: hit.side, port: hit.port };
  return { kind: hit.kind === 'node' ? 'node' : 'edge', id: hit.id };
}
