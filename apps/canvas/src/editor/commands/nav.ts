import { toScreen } from '../../model/camera';
import { neighbour, type Direction } from '../../model/graph';
import { categoryOf } from '../../model/kinds';
import type { Command, CommandContext } from '../commands';
import { bringIntoView } from '../quickAdd';
import { toggleSelected } from '../tools/context';

const always = (): boolean => true;

/** Moves the keyboard focus, brings it into view and lets the reader know. */
export function focusOn(ctx: CommandContext, id: string | null | undefined): void {
  if (!id) return;
  ctx.set({ focus: id, keyboard: true });
  bringIntoView(ctx, id);
}

function firstEntry(ctx: CommandContext): string | undefined {
  const { nodeOrder } = ctx.store;
  return nodeOrder.find((id) => categoryOf(ctx.index.node(id)?.type ?? '') === 'entry') ?? nodeOrder[0];
}

function move(ctx: CommandContext, direction: Direction): void {
  const { focus } = ctx.editor;
  if (!focus || (!ctx.index.node(focus) && !ctx.index.edge(focus))) {
    focusOn(ctx, Object.keys(ctx.editor.selection)[0] ?? firstEntry(ctx));
    return;
  }
  const edge = ctx.index.edge(focus);
  if (!edge) focusOn(ctx, neighbour(ctx.index, focus, direction));
  else if (direction === 'right') focusOn(ctx, edge.target.node);
  else if (direction === 'left') focusOn(ctx, edge.source.node);
  else focusOn(ctx, siblingEdge(ctx, focus, direction === 'down' ? 1 : -1));
}

function siblingEdge(ctx: CommandContext, id: string, by: number): string | undefined {
  const edge = ctx.index.edge(id);
  const all = edge ? ctx.index.outgoing(edge.source.node) : [];
  const at = all.indexOf(id);
  return all.length > 1 ? all[(at + by + all.length) % all.length] : undefined;
}

function moveToEdge(ctx: CommandContext, side: 'in' | 'out'): void {
  const { focus } = ctx.editor;
  if (!focus) return;
  const edge = ctx.index.edge(focus);
  if (edge) focusOn(ctx, side === 'out' ? edge.target.node : edge.source.node);
  else focusOn(ctx, (side === 'out' ? ctx.index.outgoing(focus) : ctx.index.incoming(focus))[0]);
}

function open(ctx: CommandContext): void {
  const { focus } = ctx.editor;
  if (!focus) return;
  if (ctx.index.node(focus)) ctx.requests.openNode?.(focus);
  else if (ctx.index.edge(focus)) openEdge(ctx, focus);
}

/** What can be done with a connection: its menu, whose first entry is the condition where it has one. */
function openEdge(ctx: CommandContext, id: string): void {
  const pill = ctx.index.route(id)?.pill;
  if (!pill) return;
  ctx.set('menu', { screen: toScreen(ctx.editor.viewport, pill), target: { kind: 'edge', id } });
}

function arrow(key: string, direction: Direction): Command {
  return {
    id: `nav.${direction}`,
    title: `Go ${direction}`,
    keys: [key],
    scope: 'canvas',
    when: always,
    run: (ctx) => move(ctx, direction),
  };
}

export const navCommands: readonly Command[] = [
  arrow('ArrowLeft', 'left'),
  arrow('ArrowRight', 'right'),
  arrow('ArrowUp', 'up'),
  arrow('ArrowDown', 'down'),
  {
    id: 'nav.edgeOut',
    title: 'Go to the outgoing connection',
    keys: ['Shift+ArrowRight'],
    scope: 'canvas',
    when: always,
    run: (ctx) => moveToEdge(ctx, 'out'),
  },
  {
    id: 'nav.edgeIn',
    title: 'Go to the incoming connection',
    keys: ['Shift+ArrowLeft'],
    scope: 'canvas',
    when: always,
    run: (ctx) => moveToEdge(ctx, 'in'),
  },
  {
    id: 'nav.first',
    title: 'First entry',
    keys: ['Home'],
    scope: 'canvas',
    when: always,
    run: (ctx) => focusOn(ctx, firstEntry(ctx)),
  },
  {
    id: 'nav.last',
    title: 'Last step',
    keys: ['End'],
    scope: 'canvas',
    when: always,
    run: (ctx) => focusOn(ctx, ctx.store.nodeOrder[ctx.store.nodeOrder.length - 1]),
  },
  {
    id: 'nav.toggleSelect',
    title: 'Select or leave out',
    keys: ['Space'],
    scope: 'canvas',
    when: (ctx) => ctx.editor.focus !== null,
    run: (ctx) => toggleSelected(ctx, ctx.editor.focus ?? ''),
  },
  {
    id: 'nav.open',
    title: 'Open',
    keys: ['Enter'],
    scope: 'canvas',
    when: (ctx) => ctx.editor.focus !== null,
    run: open,
  },
];
