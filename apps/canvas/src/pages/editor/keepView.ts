import { createEffect, on, onCleanup, onMount, untrack } from 'solid-js';
import { readStored, writeStored } from '../../api/local';
import type { CanvasSession } from '../../editor/session';
import type { Viewport } from '../../editor/types';
import { fit } from '../../model/camera';
import { union } from '../../model/geometry';

/** Titles are readable from here on; a flow that would be smaller is shown from its beginning. */
const READABLE = 0.5;
const NEAR = 0.8;
const DELAY_MS = 500;

/** Opens a flow where this browser left it (12 §4.1), else so that its titles can be read. */
export function keepView(session: CanvasSession, flowId: () => string): void {
  const key = (): string => `scaiflow_view_${flowId()}`;
  let placed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  onMount(() => {
    frame = requestAnimationFrame(() => {
      const kept = readStored<Viewport>(key());
      const size = untrack(() => ({ ...session.editor.size }));
      session.context.set('viewport', isViewport(kept) ? kept : firstView(session, size));
      placed = true;
    });
  });
  createEffect(
    on(
      () => ({ ...session.editor.viewport }),
      (viewport) => {
        if (!placed) return;
        clearTimeout(timer);
        timer = setTimeout(() => writeStored(key(), viewport), DELAY_MS);
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  });
}

function isViewport(value: Viewport | undefined): value is Viewport {
  return (
    value !== undefined &&
    [value.x, value.y, value.k].every((n) => Number.isFinite(n)) &&
    value.k >= 0.05 &&
    value.k <= 4
  );
}

function firstView(session: CanvasSession, size: { w: number; h: number }): Viewport {
  const { store, index } = session;
  const box = union(store.nodeOrder.map((id) => index.rectOf(id)).filter((rect) => rect !== undefined));
  if (!box) return { x: size.w / 2, y: size.h / 2, k: 1 };
  const whole = fit(box, size);
  if (whole.k >= READABLE) return whole;
  const middle = box.y + box.h / 2;
  return { x: 32 - box.x * NEAR, y: size.h / 2 - middle * NEAR, k: NEAR };
}
