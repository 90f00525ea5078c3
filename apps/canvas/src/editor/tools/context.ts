import { reconcile, type SetStoreFunction } from 'solid-js/store';
import { toWorld } from '../../model/camera';
import type { EdgeView, Point } from '../../model/flow';
import type { FlowIndex } from '../../model/flowIndex';
import { hitTest, type Hit } from '../../model/hitTest';
import type { DocWrites } from '../writes';
import type { EditorRequests, EditorState, FlowStore, ToolName } from '../types';

/** One pointer event, freed of the DOM. `screen` is relative to the canvas. */
export interface PointerSample {
  screen: Point;
  client: Point;
  world: Point;
  button: number;
  pointerType: string;
  shift: boolean;
  mod: boolean;
  alt: boolean;
  space: boolean;
  /** 2 for the second press of a double click. */
  clicks: number;
  /** The pointer is over the canvas itself and not over something that floats on it. */
  inside: boolean;
}

export interface KeyPress {
  key: string;
  code: string;
  shift: boolean;
  mod: boolean;
  alt: boolean;
}

/** One state of the pointer. `cancel` restores what was before the gesture and writes nothing. */
export interface Tool {
  readonly name: ToolName;
  enter?(): void;
  exit?(): void;
  down?(sample: PointerSample): void;
  move?(sample: PointerSample): void;
  up?(sample: PointerSample): void;
  /** True when the key was meant for the tool. */
  key?(press: KeyPress): boolean;
  /** Called once per frame while the tool is active. */
  tick?(): void;
  cancel(): void;
}

export type FontName = 'title' | 'body' | 'small' | 'port' | 'pill' | 'code';

export interface ToolContext {
  readonly store: FlowStore;
  readonly editor: EditorState;
  readonly set: SetStoreFunction<EditorState>;
  readonly index: FlowIndex;
  readonly writes: DocWrites;
  readonly requests: EditorRequests;
  mayEdit(): boolean;
  go(tool: Tool): void;
  /** Back to Idle. */
  rest(): void;
  announce(text: string, assertive?: 'assertive'): void;
  /** Width of a text in one of the canvas's fonts, world units. */
  measure(text: string, font: FontName): number;
}

export const dragThreshold = 4;

/** What the pill of an edge says: its condition, cut to 32 characters. */
export function pillText(edge: Pick<EdgeView, 'type' | 'condition'>): string {
  if (edge.type !== 'conditional') return '';
  const text = (edge.condition ?? '').trim();
  const short = /^else$/i.test(text) ? 'else' : text;
  return short.length > 32 ? `${short.slice(0, 31)}…` : short;
}

export function pillHalfWidth(ctx: Pick<ToolContext, 'measure'>, edge: EdgeView): number {
  const text = pillText(edge);
  if (edge.type !== 'conditional') return 0;
  return ctx.measure(text || '…', 'pill') / 2 + 9;
}

export function hitAt(ctx: ToolContext, world: Point): Hit {
  return hitTest(ctx.index, world, {
    k: ctx.editor.viewport.k,
    raised: (id) => ctx.editor.selection[id] === true,
    pillHalf: (edge) => pillHalfWidth(ctx, edge),
  });
}

export function select(ctx: Pick<ToolContext, 'set'>, ids: Iterable<string>): void {
  const next: Record<string, true> = {};
  for (const id of ids) next[id] = true;
  ctx.set('selection', reconcile(next));
}

export function toggleSelected(ctx: Pick<ToolContext, 'set' | 'editor'>, id: string): void {
  const next = { ...ctx.editor.selection };
  if (next[id]) delete next[id];
  else next[id] = true;
  ctx.set('selection', reconcile(next));
}

export function selectedNodes(ctx: Pick<ToolContext, 'editor' | 'index'>): string[] {
  return Object.keys(ctx.editor.selection).filter((id) => ctx.index.node(id));
}

export function selectedEdges(ctx: Pick<ToolContext, 'editor' | 'index'>): string[] {
  return Object.keys(ctx.editor.selection).filter((id) => ctx.index.edge(id));
}

/** Pans by 12 px a frame while the pointer is near the border of the canvas; true when it did. */
export function scrollNearBorder(ctx: ToolContext, screen: Point): boolean {
  const { w, h } = ctx.editor.size;
  const dx = screen.x < 24 ? 12 : screen.x > w - 24 ? -12 : 0;
  const dy = screen.y < 24 ? 12 : screen.y > h - 24 ? -12 : 0;
  if (dx === 0 && dy === 0) return false;
  ctx.set('viewport', (view) => ({ x: view.x + dx, y: view.y + dy }));
  return true;
}

/** The sample again after the view has moved under it. */
export function refreshed(ctx: ToolContext, sample: PointerSample): PointerSample {
  return { ...sample, world: toWorld(ctx.editor.viewport, sample.screen) };
}

export function labelOf(ctx: Pick<ToolContext, 'index'>, id: string): string {
  return ctx.index.node(id)?.label ?? id;
}
