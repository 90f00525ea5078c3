import { batch, createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import { visibleRect, type Camera } from '../model/camera';
import type { Rect } from '../model/flow';
import type { Level } from './scene';

/** The SVG reaches this many screens beyond each side of the view, so that panning only moves a finished picture. */
export const margin = 0.5;
const settleAfter = 120;
/** More mounted steps than this, and the next coarser level is used. */
const mostMounted = 1500;

export interface CameraView {
  /** The camera that the SVG was last drawn for. */
  anchor: Accessor<Camera>;
  /** From the drawn picture to what is to be seen. */
  transform: Accessor<string>;
  level: Accessor<Level>;
  /** What the SVG covers, world units. */
  covered: Accessor<Rect>;
}

/**
 * Pan and zoom change the transform of one composited element. When the margin is used up, or a moment after a zoom,
 * the SVG is drawn again at exact scale (12 section 7.1).
 */
export function createCamera(session: CanvasSession): CameraView {
  const { editor } = session;
  const [anchor, setAnchor] = createSignal<Camera>({ ...editor.viewport });
  const [covered, setCovered] = createSignal<Rect>(visibleRect(editor.viewport, editor.size, margin));
  const [level, setLevel] = createSignal<Level>(levelFor(session, editor.viewport));
  let settle: ReturnType<typeof setTimeout> | undefined;

  const draw = (): void => {
    clearTimeout(settle);
    batch(() => {
      const camera = { ...editor.viewport };
      setAnchor(camera);
      setCovered(visibleRect(camera, editor.size, margin));
      setLevel(levelFor(session, camera));
    });
  };

  createEffect(on(() => [editor.viewport.x, editor.viewport.y, editor.viewport.k, editor.size.w, editor.size.h] as const, () => {
    const drawn = anchor();
    if (!covers(drawn, editor.viewport, editor.size)) draw();
    else if (drawn.k !== editor.viewport.k) {
      clearTimeout(settle);
      settle = setTimeout(draw, settleAfter);
    }
  }));
  createEffect(on(() => [editor.size.w, editor.size.h] as const, draw));
  onCleanup(() => clearTimeout(settle));

  const transform = (): string => {
    const drawn = anchor();
    const { x, y, k } = editor.viewport;
    const scale = k / drawn.k;
    return `translate(${x - drawn.x * scale}px, ${y - drawn.y * scale}px) scale(${scale})`;
  };
  return { anchor, transform, level, covered };
}

/** Whether the drawn picture still fills the view. */
function covers(drawn: Camera, camera: Camera, size: { w: number; h: number }): boolean {
  const have = visibleRect(drawn, size, margin);
  const need = visibleRect(camera, size);
  const scale = camera.k / drawn.k;
  return need.x >= have.x && need.y >= have.y && need.x + need.w <= have.x + have.w
    && need.y + need.h <= have.y + have.h && scale < 1.9;
}

function levelFor(session: CanvasSession, camera: Camera): Level {
  if (camera.k < 0.25) return 'tiles';
  const count = session.index.nodeCount > mostMounted
    ? session.index.nodeGrid.query(visibleRect(camera, session.editor.size, margin)).length
    : 0;
  if (count > mostMounted) return 'tiles';
  return camera.k < 0.6 ? 'middle' : 'full';
}
