import type { Point } from '../../model/flow';
import { distance, nodeHeight, nodeWidth, portOffset, snapTo } from '../../model/geometry';
import { edgeToInsert } from '../../model/hitTest';
import { kindOf, kindTitle } from '../../model/kinds';
import { snapUnit } from '../../model/snap';
import { insertOnEdge } from '../insert';
import { dragThreshold, select, type PointerSample, type Tool, type ToolContext } from './context';

/**
 * A kind from the palette hangs at the pointer. Dragged, it is placed where it is let go; clicked, it
 * stays until the next click puts it down.
 */
export function placing(ctx: ToolContext, kind: string, client: Point): Tool {
  const spec = kindOf(kind);
  const height = nodeHeight(spec?.inputs.length ?? 1, spec?.outputs.length ?? 1);
  const fits = (spec?.inputs.length ?? 1) > 0 && (spec?.outputs.length ?? 1) > 0;
  let dragged = false;
  let stuck = false;

  const update = (sample: PointerSample): void => {
    if (distance(sample.client, client) >= dragThreshold) dragged = true;
    const at = sample.inside ? topLeft(sample, height) : null;
    ctx.set('place', { kind, at, client: sample.client });
    const line = at && { x: at.x + nodeWidth / 2, y: at.y + portOffset(0) };
    const edge =
      at && line && fits
        ? (edgeToInsert(ctx.index, sample.world, () => false) ?? edgeToInsert(ctx.index, line, () => false))
        : null;
    ctx.set('insertEdge', edge);
  };

  const finish = (): void => {
    const at = ctx.editor.place?.at;
    const edge = ctx.editor.insertEdge;
    ctx.rest();
    if (at) place(ctx, kind, at, edge);
  };

  return {
    name: 'placing',
    enter() {
      ctx.set('place', { kind, at: null, client });
    },
    move: update,
    down(sample) {
      update(sample);
    },
    up(sample) {
      update(sample);
      if (!dragged && !stuck) {
        stuck = true;
        ctx.announce(`Click where ${kindTitle(kind)} goes`);
      } else finish();
    },
    exit() {
      ctx.set({ place: null, insertEdge: null });
    },
    cancel() {
      ctx.rest();
    },
  };
}

function topLeft(sample: PointerSample, height: number): Point {
  const at = { x: sample.world.x - nodeWidth / 2, y: sample.world.y - height / 2 };
  return sample.mod ? at : { x: snapTo(at.x, snapUnit), y: snapTo(at.y, snapUnit) };
}

/** Adds a node, into an edge when one is given, and selects it. */
export function place(ctx: ToolContext, kind: string, at: Point, edge: string | null): string {
  const id = ctx.writes.transact(`add ${kindTitle(kind)}`, () => {
    const added = ctx.writes.addNode(kind, at);
    if (edge) insertOnEdge(ctx, edge, added, kind);
    return added;
  });
  select(ctx, [id]);
  ctx.set('focus', id);
  ctx.announce(`Added ${kindTitle(kind)}`);
  return id;
}
