import { createEffect, on } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { Point } from '../model/flow';
import { union } from '../model/geometry';
import { openReadOnly } from './run/readOnly';

/** One of two canvases that only show. */
export function openSide(flow: Parameters<typeof openReadOnly>[0]): CanvasSession {
  const session = openReadOnly(flow);
  session.context.set('minimap', false);
  return session;
}

/** Tells what is selected on a canvas whenever that changes. */
export function onSelected(session: CanvasSession, choose: (id: string) => void): void {
  createEffect(
    on(
      () => Object.keys(session.editor.selection)[0],
      (id) => id && choose(id),
      { defer: true },
    ),
  );
}

/** A flow that runs far to the right has room for its titles when the canvases stand one above the other. */
export function isWide({ store, index }: CanvasSession): boolean {
  const box = union(store.nodeOrder.map((id) => index.rectOf(id)).filter((rect) => rect !== undefined));
  return box !== null && box.w > 2 * box.h;
}

const CLOSE = 0.01;

/**
 * Each of two canvases follows the other, so that the same steps stand beside each other; `shift` is how much
 * farther, in units of the flow, the step that is looked at lies on the left than on the right.
 */
export function followEachOther(left: CanvasSession, right: CanvasSession, shift?: () => Point): void {
  const follow = (from: CanvasSession, to: CanvasSession, sign: 1 | -1) =>
    createEffect(
      on(
        () => ({ ...from.editor.viewport }),
        ({ x, y, k }) => {
          const by = shift?.() ?? { x: 0, y: 0 };
          const wanted = { x: x + sign * by.x * k, y: y + sign * by.y * k, k };
          const own = to.editor.viewport;
          const isThere = (['x', 'y', 'k'] as const).every((c) => Math.abs(own[c] - wanted[c]) < CLOSE);
          if (!isThere) to.context.set('viewport', wanted);
        },
        { defer: true },
      ),
    );
  follow(left, right, 1);
  follow(right, left, -1);
}
