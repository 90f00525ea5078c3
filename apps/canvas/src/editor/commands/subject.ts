import type { CommandContext } from '../commands';
import { selectedEdges, selectedNodes } from '../tools/context';

/** The nodes a command acts on: the selected ones, else the focused one. */
export function subjectNodes(ctx: CommandContext): string[] {
  const selected = selectedNodes(ctx);
  if (selected.length > 0 || Object.keys(ctx.editor.selection).length > 0) return selected;
  const { focus } = ctx.editor;
  return focus && ctx.index.node(focus) ? [focus] : [];
}

export function subjectEdges(ctx: CommandContext): string[] {
  const selected = selectedEdges(ctx);
  if (selected.length > 0 || Object.keys(ctx.editor.selection).length > 0) return selected;
  const { focus } = ctx.editor;
  return focus && ctx.index.edge(focus) ? [focus] : [];
}

export function hasSubject(ctx: CommandContext): boolean {
  return subjectNodes(ctx).length > 0 || subjectEdges(ctx).length > 0;
}

/** `Respond`, or `3 steps`. */
export function nameOf(ctx: CommandContext, ids: readonly string[]): string {
  const [first = ''] = ids;
  return ids.length === 1 ? (ctx.index.node(first)?.label ?? first) : `${ids.length} steps`;
}
