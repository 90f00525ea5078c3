import { KINDS, type KindSpec } from 'generated/kinds';
import { reveal } from '../model/camera';
import type { Point } from '../model/flow';
import { headHeight, nodeHeight, nodeWidth, portRowHeight, snapTo } from '../model/geometry';
import { edgeTypeFor } from '../model/graph';
import { kindOf, kindTitle } from '../model/kinds';
import { freePlace } from '../model/freePlace';
import { insertOnEdge } from './insert';
import { labelOf, select, type ToolContext } from './tools/context';
import type { QuickAddState } from './types';

/** Kinds that fit what quick-add was opened for: those that can connect there (12 section 8.4). */
export function quickAddKinds(
  state: Pick<QuickAddState, 'from' | 'edge'>,
  query: string,
): readonly KindSpec[] {
  const words = query
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fitting = KINDS.filter((kind) => {
    if (state.edge) return kind.inputs.length > 0 && kind.outputs.length > 0;
    if (state.from?.side === 'out') return kind.inputs.length > 0;
    return state.from ? kind.outputs.length > 0 : true;
  });
  if (words.length === 0) return fitting;
  return fitting
    .map((kind) => ({ kind, score: scoreOf(kind, words) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((entry) => entry.kind);
}

/** Title before id before help; 0 when a word is nowhere. */
function scoreOf(kind: KindSpec, words: readonly string[]): number {
  let score = 0;
  for (const word of words) {
    const title = kind.title.toLowerCase();
    if (title.startsWith(word)) score += 8;
    else if (title.includes(word)) score += 4;
    else if (kind.id.includes(word)) score += 2;
    else if (kind.summary.toLowerCase().includes(word)) score += 1;
    else return 0;
  }
  return score;
}

/**
 * Adds the picked kind where quick-add was opened, connected to the port or put into the edge it came
 * from.
 */
export function addPicked(ctx: ToolContext, state: QuickAddState, kind: string): string | null {
  if (!ctx.mayEdit()) return null;
  ctx.set('quickAdd', null);
  const at = placeFor(ctx, state, kind);
  let newEdge: string | null = null;
  const id = ctx.writes.transact(`add ${kindTitle(kind)}`, () => {
    const added = ctx.writes.addNode(kind, at);
    if (state.edge) insertOnEdge(ctx, state.edge, added, kind);
    else if (state.from) newEdge = join(ctx, state, added, kind);
    return added;
  });
  select(ctx, [id]);
  ctx.set('focus', id);
  bringIntoView(ctx, id);
  if (newEdge) ctx.set('conditionEdit', newEdge);
  const where = state.from ? `, connected to ${labelOf(ctx, state.from.node)}` : '';
  ctx.announce(`Added ${kindTitle(kind)}${where}`);
  return id;
}

/** Pans just so far that the node is in view. */
export function bringIntoView(
  ctx: Pick<ToolContext, 'index' | 'editor' | 'set' | 'requests'>,
  id: string,
): void {
  const rect = ctx.index.rectOf(id) ?? ctx.index.route(id)?.bounds;
  if (!rect) return;
  const viewport = ctx.editor.gliding ?? ctx.editor.viewport;
  const next = reveal(viewport, rect, ctx.editor.size);
  if (next.x === viewport.x && next.y === viewport.y) return;
  if (ctx.requests.glide) ctx.requests.glide(next);
  else ctx.set('viewport', next);
}

/** The edge to the new node; its id when a condition is to be written. */
function join(ctx: ToolContext, state: QuickAddState, added: string, kind: string): string | null {
  const from = state.from;
  if (!from) return null;
  const spec = kindOf(kind);
  const own = (from.side === 'out' ? spec?.inputs : spec?.outputs)?.[0]?.id;
  if (own === undefined) return null;
  const fresh = { node: added, port: own };
  const held = { node: from.node, port: from.port };
  const [source, target] = from.side === 'out' ? [held, fresh] : [fresh, held];
  const decides = from.side === 'in' && kind === 'logic_decision';
  const type =
    state.type === 'data' ? 'data' : decides ? 'conditional' : edgeTypeFor(ctx.index, source, false);
  const id = ctx.writes.addEdge({
    type,
    source,
    target,
    ...(type === 'conditional' ? { condition: '' } : {}),
  });
  return type === 'conditional' ? id : null;
}

function placeFor(ctx: ToolContext, state: QuickAddState, kind: string): Point {
  const spec = kindOf(kind);
  const size = { w: nodeWidth, h: nodeHeight(spec?.inputs.length ?? 1, spec?.outputs.length ?? 1) };
  const row = headHeight + portRowHeight / 2;
  const at = state.from
    ? { x: state.from.side === 'out' ? state.at.x : state.at.x - size.w, y: state.at.y - row }
    : { x: state.at.x - size.w / 2, y: state.at.y - size.h / 2 };
  const snapped = { x: snapTo(at.x, 8), y: snapTo(at.y, 8) };
  return state.edge ? snapped : freePlace(ctx.index, snapped, size);
}
