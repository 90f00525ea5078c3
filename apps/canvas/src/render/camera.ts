import { batch, createEffect, createSignal, on, onCleanup, untrack, type Accessor } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import { visibleRect, type Camera } from '../model/camera';
import { encloses } from '../model/geometry';
import type { Point, Rect } from '../model/flow';
import type { Level } from './scene';

/**
 * Steps are mounted this many screens beyond each side of the view, so that panning only moves a finished
 * picture.
 */
const margin = 0.35;
const settleAfter = 120;
/** More steps than this, and the next coarser level is used. */
const mostMounted = 1500;
/** Drawn pixels stay this near to the origin of their layer, where they are exact. */
const farthest = 30000;

/** How the picture is drawn: layer = (world - origin) * k. */
export interface Anchor {
  readonly k: number;
  readonly origin: Point;
}

export interface CameraView {
  readonly anchor: Accessor<Anchor>;
  /** From the drawn layer to what is to be seen. */
  readonly transform: Accessor<string>;
  readonly level: Accessor<Level>;
  /** The part of the world whose steps are mounted. */
  readonly covered: Accessor<Rect>;
}

/**
 * Pan and zoom change the transform of one composited element. Panning mounts what comes into reach; a
 * moment after a zoom the picture is drawn again at exact scale (12 section 7.1).
 */
export function createCamera(session: CanvasSession): CameraView {
  const { editor } = session;
  const start = untrack(() => ({ ...editor.viewport }));
  const [anchor, setAnchor] = createSignal<Anchor>(anchorFor(start, editor.size));
  const [covered, setCovered] = createSignal<Rect>(visibleRect(start, editor.size, margin));
  const [level, setLevel] = createSignal<Level>(levelFor(session, start));
  let settle: ReturnType<typeof setTimeout> | undefined;

  const draw = (): void => {
    clearTimeout(settle);
    batch(() => {
      const camera = { ...editor.viewport };
      const { k, origin } = anchor();
      if (k !== camera.k || isFar(camera, origin, editor.size)) setAnchor(anchorFor(camera, editor.size));
      setCovered(visibleRect(camera, editor.size, margin));
      setLevel(levelFor(session, camera));
    });
  };

  createEffect(
    on(
      () => [editor.viewport.x, editor.viewport.y, editor.viewport.k, editor.size.w, editor.size.h] as const,
      () => {
        const camera = editor.viewport;
        const drawn = anchor();
        const seen = visibleRect(camera, editor.size);
        if (drawn.k === camera.k) {
          if (!encloses(covered(), seen) || isFar(camera, drawn.origin, editor.size)) draw();
          return;
        }
        clearTimeout(settle);
        settle = setTimeout(draw, settleAfter);
        const shrunk = camera.k / drawn.k;
        if (shrunk > 3 || shrunk < 0.2) draw();
        else if (!encloses(covered(), seen)) widen(session, seen, draw, setCovered);
      },
    ),
  );
  onCleanup(() => clearTimeout(settle));

  const transform = (): string => {
    const { k, origin } = anchor();
    const { x, y, k: now } = editor.viewport;
    return `translate(${x + origin.x * now}px, ${y + origin.y * now}px) scale(${now / k})`;
  };
  return { anchor, transform, level, covered };
}

/**
 * While zooming out, what comes into view is mounted as it is; where that would be too much, a coarser
 * level is drawn.
 */
function widen(session: CanvasSession, seen: Rect, draw: () => void, cover: (rect: Rect) => void): void {
  if (session.index.nodeGrid.query(seen).length > 400) draw();
  else cover(seen);
}

function anchorFor(camera: Camera, size: { w: number; h: number }): Anchor {
  const view = visibleRect(camera, size);
  return { k: camera.k, origin: { x: Math.round(view.x + view.w / 2), y: Math.round(view.y + view.h / 2) } };
}

function isFar(camera: Camera, origin: Point, size: { w: number; h: number }): boolean {
  const view = visibleRect(camera, size);
  return Math.max(Math.abs(view.x - origin.x), Math.abs(view.y - origin.y)) * camera.k > farthest;
}

function levelFor(session: CanvasSession, camera: Camera): Level {
  if (camera.k < 0.25) return 'tiles';
  const count =
    session.index.nodeCount > mostMounted
      ? session.index.nodeGrid.query(
          visibleRect(
            camera,
            untrack(() => session.editor.size),
            margin,
          ),
        ).length
      : 0;
  if (count > mostMounted) return 'tiles';
  return camera.k < 0.6 ? 'middle' : 'full';
}
