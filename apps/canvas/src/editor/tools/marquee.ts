import { rectOf } from '../../model/geometry';
import { inMarquee } from '../../model/hitTest';
import { select, type PointerSample, type Tool, type ToolContext } from './context';

/** A rectangle on empty ground: touching things are taken, with Alt those wholly inside. */
export function marquee(ctx: ToolContext, start: PointerSample): Tool {
  const before = { ...ctx.editor.selection };
  return {
    name: 'marquee',
    move(sample) {
      const rect = rectOf(start.world, sample.world);
      ctx.set('marquee', rect);
      select(ctx, combined(before, inMarquee(ctx.index, rect, sample.alt), sample));
    },
    up() {
      const count = Object.keys(ctx.editor.selection).length;
      ctx.rest();
      if (count > 0) ctx.announce(`${count} selected`);
    },
    exit() {
      ctx.set('marquee', null);
    },
    cancel() {
      select(ctx, Object.keys(before));
      ctx.rest();
    },
  };
}

function combined(before: Record<string, true>, found: string[], sample: PointerSample): string[] {
  if (sample.shift) return [...Object.keys(before), ...found];
  if (!sample.mod) return found;
  const taken = new Set(found);
  return [...Object.keys(before).filter((id) => !taken.has(id)), ...found.filter((id) => !before[id])];
}
