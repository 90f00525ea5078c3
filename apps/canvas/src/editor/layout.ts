import { layoutGraph, positionsFrom, type LayoutGraph } from '../model/layoutGraph';
import { fit } from '../model/camera';
import { union } from '../model/geometry';
import type { CommandContext } from './commands';
import { subjectNodes } from './commands/subject';
import { pillHalfWidth } from './tools/context';

export type LayoutEngine = (
  graph: LayoutGraph,
) => Promise<{ children?: { id: string; x?: number; y?: number }[] }>;

let engine: Promise<LayoutEngine> | null = null;

/** The engine lives in a worker that is started on first use. */
function load(): Promise<LayoutEngine> {
  engine ??= import('./layoutWorker').then((module) => module.startLayout());
  return engine;
}

/**
 * Lays out the selection if it has two nodes or more, else the whole flow (12 section 8.2,
 * `arrange.layout`).
 */
export async function layOut(ctx: CommandContext, given?: LayoutEngine): Promise<void> {
  const selected = subjectNodes(ctx);
  const part = selected.length >= 2;
  const ids = part ? selected : [...ctx.store.nodeOrder];
  if (ids.length === 0) return;
  const before = ctx.store.meta.revision;
  ctx.set('layoutBusy', true);
  try {
    const answer = await (given ?? (await load()))(layoutGraph(ctx.index, ids));
    if (ctx.store.meta.revision !== before || !ctx.mayEdit()) {
      ctx.announce('The flow changed meanwhile, not laid out', 'assertive');
      return;
    }
    const positions = positionsFrom(ctx.index, answer.children ?? [], (id) => {
      const edge = ctx.index.edge(id);
      return edge ? 2 * pillHalfWidth(ctx, edge) : 0;
    });
    ctx.writes.transact('lay out', () => ctx.writes.moveNodes(positions));
    const box = union(ids.map((id) => ctx.index.rectOf(id)).filter((rect) => rect !== undefined));
    if (box && !part) ctx.glide(fit(box, ctx.editor.size));
    ctx.announce(`Laid out ${ids.length} steps`);
  } catch {
    engine = null;
    ctx.announce('The layout could not be made', 'assertive');
  } finally {
    ctx.set('layoutBusy', false);
  }
}
