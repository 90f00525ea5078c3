import type { Point, Rect } from './flow';
import { clamp } from './geometry';

/** screen = world * k + (x, y) */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export const minZoom = 0.05;
export const maxZoom = 4;
export const zoomStep = 1.2;

export function toWorld(camera: Camera, screen: Point): Point {
  return { x: (screen.x - camera.x) / camera.k, y: (screen.y - camera.y) / camera.k };
}

export function toScreen(camera: Camera, world: Point): Point {
  return { x: world.x * camera.k + camera.x, y: world.y * camera.k + camera.y };
}

/** The part of the world that a screen of this size shows, widened by `margin` screens on each side. */
export function visibleRect(camera: Camera, size: { w: number; h: number }, margin = 0): Rect {
  const corner = toWorld(camera, { x: -size.w * margin, y: -size.h * margin });
  return { ...corner, w: (size.w * (1 + 2 * margin)) / camera.k, h: (size.h * (1 + 2 * margin)) / camera.k };
}

/** Zoomed to `k` with the world point under `screen` staying there. */
export function zoomAt(camera: Camera, screen: Point, k: number): Camera {
  const next = clamp(k, minZoom, maxZoom);
  const world = toWorld(camera, screen);
  return { x: screen.x - world.x * next, y: screen.y - world.y * next, k: next };
}

/** Shows `rect` centred with room around it, never larger than `most`. */
export function fit(rect: Rect, size: { w: number; h: number }, padding = 64, most = 1): Camera {
  const room = { w: Math.max(1, size.w - 2 * padding), h: Math.max(1, size.h - 2 * padding) };
  const k = clamp(Math.min(room.w / Math.max(1, rect.w), room.h / Math.max(1, rect.h)), minZoom, most);
  return centredOn(rect, size, k);
}

export function centredOn(rect: Rect, size: { w: number; h: number }, k: number): Camera {
  return {
    x: size.w / 2 - (rect.x + rect.w / 2) * k,
    y: size.h / 2 - (rect.y + rect.h / 2) * k,
    k,
  };
}

/** The least pan that brings a rectangle into view. */
export function reveal(camera: Camera, rect: Rect, size: { w: number; h: number }, padding = 48): Camera {
  const low = toScreen(camera, rect);
  const high = toScreen(camera, { x: rect.x + rect.w, y: rect.y + rect.h });
  return {
    ...camera,
    x: camera.x + nudge(low.x, high.x, size.w, padding),
    y: camera.y + nudge(low.y, high.y, size.h, padding),
  };
}

function nudge(low: number, high: number, size: number, padding: number): number {
  if (high - low > size - 2 * padding) return (size - (high - low)) / 2 - low;
  if (low < padding) return padding - low;
  if (high > size - padding) return size - padding - high;
  return 0;
}
