import type { Point, Rect } from '../../model/flow';
import type { Command, CommandContext } from '../commands';
import { layOut } from '../layout';
import { nameOf, subjectNodes } from './subject';

type Placed = { id: string; rect: Rect };

function placed(ctx: CommandContext): Placed[] {
  const found: Placed[] = [];
  for (const id of subjectNodes(ctx)) {
    const rect = ctx.index.rectOf(id);
    if (rect) found.push({ id, rect });
  }
  return found;
}

function atLeast(count: number): (ctx: CommandContext) => boolean {
  return (ctx) => ctx.mayEdit() && subjectNodes(ctx).length >= count;
}

function align(
  id: string,
  title: string,
  key: string,
  to: (rect: Rect, all: readonly Rect[]) => Point,
): Command {
  return {
    id: `arrange.${id}`,
    title,
    keys: [key],
    scope: 'canvas',
    when: atLeast(2),
    run: (ctx) => {
      const nodes = placed(ctx);
      const all = nodes.map((node) => node.rect);
      ctx.writes.transact('align', () => {
        ctx.writes.moveNodes(Object.fromEntries(nodes.map((node) => [node.id, to(node.rect, all)])));
      });
      ctx.announce(`Aligned ${nodes.length} steps`);
    },
  };
}

const leftmost = (all: readonly Rect[]): number => Math.min(...all.map((rect) => rect.x));
const rightmost = (all: readonly Rect[]): number => Math.max(...all.map((rect) => rect.x + rect.w));
const topmost = (all: readonly Rect[]): number => Math.min(...all.map((rect) => rect.y));
const lowest = (all: readonly Rect[]): number => Math.max(...all.map((rect) => rect.y + rect.h));

/** Equal gaps between neighbours along one axis; the outer two stay. */
function distribute(ctx: CommandContext, axis: 'x' | 'y'): void {
  const size = axis === 'x' ? 'w' : 'h';
  const nodes = placed(ctx).sort((a, b) => a.rect[axis] - b.rect[axis]);
  const first = nodes[0];
  const last = nodes[nodes.length - 1];
  if (!first || !last) return;
  const inner = nodes.reduce((sum, node) => sum + node.rect[size], 0);
  const gap = (last.rect[axis] + last.rect[size] - first.rect[axis] - inner) / (nodes.length - 1);
  const positions: Record<string, Point> = {};
  let at = first.rect[axis];
  for (const { id, rect } of nodes) {
    positions[id] = axis === 'x' ? { x: at, y: rect.y } : { x: rect.x, y: at };
    at += rect[size] + gap;
  }
  ctx.writes.transact('distribute', () => ctx.writes.moveNodes(positions));
  ctx.announce(`Distributed ${nodes.length} steps`);
}

function nudge(key: string, dx: number, dy: number): Command[] {
  const run =
    (step: number) =>
    (ctx: CommandContext): void => {
      const positions: Record<string, Point> = {};
      for (const { id, rect } of placed(ctx))
        positions[id] = { x: rect.x + dx * step, y: rect.y + dy * step };
      ctx.writes.moveNodes(positions, 'nudge');
      ctx.announce(`Moved ${nameOf(ctx, Object.keys(positions))}`);
    };
  const title = `Move ${key.slice('Arrow'.length).toLowerCase()}`;
  return [
    { id: `move.nudge.${key}`, title, keys: [`Alt+${key}`], scope: 'canvas', when: atLeast(1), run: run(8) },
    {
      id: `move.nudge8.${key}`,
      title: `${title} far`,
      keys: [`Alt+Shift+${key}`],
      scope: 'canvas',
      when: atLeast(1),
      run: run(64),
    },
  ];
}

export const arrangeCommands: readonly Command[] = [
  align('left', 'Align left', 'Alt+A', (rect, all) => ({ x: leftmost(all), y: rect.y })),
  align('right', 'Align right', 'Alt+D', (rect, all) => ({ x: rightmost(all) - rect.w, y: rect.y })),
  align('top', 'Align top', 'Alt+W', (rect, all) => ({ x: rect.x, y: topmost(all) })),
  align('bottom', 'Align bottom', 'Alt+S', (rect, all) => ({ x: rect.x, y: lowest(all) - rect.h })),
  align('centerX', 'Align centres in a column', 'Alt+H', (rect, all) => ({
    x: (leftmost(all) + rightmost(all) - rect.w) / 2,
    y: rect.y,
  })),
  align('centerY', 'Align centres in a row', 'Alt+V', (rect, all) => ({
    x: rect.x,
    y: (topmost(all) + lowest(all) - rect.h) / 2,
  })),
  {
    id: 'arrange.distributeX',
    title: 'Distribute across',
    keys: ['Alt+Shift+H'],
    scope: 'canvas',
    when: atLeast(3),
    run: (ctx) => distribute(ctx, 'x'),
  },
  {
    id: 'arrange.distributeY',
    title: 'Distribute down',
    keys: ['Alt+Shift+V'],
    scope: 'canvas',
    when: atLeast(3),
    run: (ctx) => distribute(ctx, 'y'),
  },
  {
    id: 'arrange.layout',
    title: 'Lay out',
    keys: ['Shift+L'],
    scope: 'canvas',
    when: (ctx) => ctx.mayEdit() && !ctx.editor.layoutBusy,
    run: (ctx) => void layOut(ctx),
  },
  ...nudge('ArrowLeft', -1, 0),
  ...nudge('ArrowRight', 1, 0),
  ...nudge('ArrowUp', 0, -1),
  ...nudge('ArrowDown', 0, 1),
];
