import type { Point } from './flow';
import { intersects } from './geometry';
import type { FlowIndex } from './flowIndex';

const gap = 24;

/** The place nearest to `at` (going down, then right) where a node of this size overlaps no other. */
export function freePlace(index: FlowIndex, at: Point, size: { w: number; h: number }): Point {
  for (let column = 0; column < 50; column++) {
    for (let row = 0; row < 50; row++) {
      const place = { x: at.x + column * (size.w + 48), y: at.y + row * (size.h + gap) };
      const box = { x: place.x - gap / 2, y: place.y - gap / 2, w: size.w + gap, h: size.h + gap };
      const hit = index.nodeGrid.query(box).some((id) => {
        const rect = index.rectOf(id);
        return rect !== undefined && intersects(rect, box);
      });
      if (!hit) return place;
    }
  }
  return at;
}
