import { centredOn, fit, zoomAt, zoomStep, type Camera } from '../../model/camera';
import type { Rect } from '../../model/flow';
import { union } from '../../model/geometry';
import type { Command, CommandContext } from '../commands';
import { subjectEdges, subjectNodes } from './subject';

const always = (): boolean => true;

/** Where the view will stand: a step that comes while it still moves goes on from there. */
const aim = (ctx: CommandContext): Camera => ctx.editor.gliding ?? ctx.editor.viewport;

function zoomBy(ctx: CommandContext, factor: number): void {
  const { size } = ctx.editor;
  const view = aim(ctx);
  ctx.glide(zoomAt(view, { x: size.w / 2, y: size.h / 2 }, view.k * factor));
}

function rectsOf(ctx: CommandContext, ids: Iterable<string>): Rect[] {
  return [...ids].map((id) => ctx.index.rectOf(id)).filter((rect) => rect !== undefined);
}

function fitTo(ctx: CommandContext, ids: Iterable<string>): void {
  const box = union(rectsOf(ctx, ids));
  if (box) ctx.glide(fit(box, ctx.editor.size));
}

function centreFocus(ctx: CommandContext): void {
  const edges = subjectEdges(ctx).map((id) => ctx.index.route(id)?.bounds);
  const box = union([...rectsOf(ctx, subjectNodes(ctx)), ...edges.filter((rect) => rect !== undefined)]);
  if (box) ctx.glide(centredOn(box, ctx.editor.size, aim(ctx).k));
}

export const viewCommands: readonly Command[] = [
  {
    id: 'view.zoomIn',
    title: 'Zoom in',
    keys: ['Mod+='],
    scope: 'anywhere',
    when: always,
    run: (ctx) => zoomBy(ctx, zoomStep),
  },
  {
    id: 'view.zoomOut',
    title: 'Zoom out',
    keys: ['Mod+-'],
    scope: 'anywhere',
    when: always,
    run: (ctx) => zoomBy(ctx, 1 / zoomStep),
  },
  {
    id: 'view.zoomReset',
    title: 'Zoom to 100 %',
    keys: ['Mod+0'],
    scope: 'anywhere',
    when: always,
    run: (ctx) => zoomBy(ctx, 1 / aim(ctx).k),
  },
  {
    id: 'view.fit',
    title: 'Fit all',
    keys: ['Shift+1'],
    scope: 'canvas',
    when: always,
    run: (ctx) => fitTo(ctx, ctx.store.nodeOrder),
  },
  {
    id: 'view.fitSelection',
    title: 'Fit the selection',
    keys: ['Shift+2'],
    scope: 'canvas',
    when: always,
    run: (ctx) => fitTo(ctx, subjectNodes(ctx)),
  },
  {
    id: 'view.center',
    title: 'Centre the focus',
    keys: ['Shift+3'],
    scope: 'canvas',
    when: always,
    run: centreFocus,
  },
  {
    id: 'view.minimap',
    title: 'Minimap',
    keys: ['M'],
    scope: 'canvas',
    when: always,
    run: (ctx) => ctx.set('minimap', (on) => !on),
  },
  {
    id: 'view.snap',
    title: 'Snapping',
    keys: [],
    scope: 'anywhere',
    when: always,
    run: (ctx) => ctx.set('snap', (on) => !on),
  },
  {
    id: 'view.routeStyle',
    title: 'Curved or straight connections',
    keys: [],
    scope: 'anywhere',
    when: always,
    run: (ctx) => {
      const next = ctx.editor.routeStyle === 'curve' ? 'orthogonal' : 'curve';
      ctx.index.setRouteStyle(next);
      ctx.set('routeStyle', next);
    },
  },
];
