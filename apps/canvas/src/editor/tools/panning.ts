import type { PointerSample, Tool, ToolContext } from './context';

/** The view follows the hand. */
export function panning(ctx: ToolContext, start: PointerSample): Tool {
  const before = { ...ctx.editor.viewport };
  return {
    name: 'panning',
    move(sample) {
      ctx.set('viewport', {
        x: before.x + sample.screen.x - start.screen.x,
        y: before.y + sample.screen.y - start.screen.y,
      });
    },
    up() {
      ctx.rest();
    },
    cancel() {
      ctx.set('viewport', before);
      ctx.rest();
    },
  };
}
