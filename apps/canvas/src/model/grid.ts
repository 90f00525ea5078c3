import type { Rect } from './flow';
import { intersects } from './geometry';

const cell = 512;
/** A rectangle over more cells than this is kept apart and looked at each time. */
const wide = 256;

/** A uniform grid over rectangles: what is near a place is found without looking at the whole graph. */
export class SpatialGrid {
  private readonly cells_ = new Map<string, Set<string>>();
  private readonly rects_ = new Map<string, Rect>();
  private readonly wide_ = new Set<string>();

  rectOf(id: string): Rect | undefined {
    return this.rects_.get(id);
  }

  set(id: string, rect: Rect): void {
    const old = this.rects_.get(id);
    if (old && old.x === rect.x && old.y === rect.y && old.w === rect.w && old.h === rect.h) return;
    this.delete(id);
    this.rects_.set(id, rect);
    if (cellsIn(rect) > wide) {
      this.wide_.add(id);
      return;
    }
    for (const key of keysOf(rect)) {
      const members = this.cells_.get(key);
      if (members) members.add(id);
      else this.cells_.set(key, new Set([id]));
    }
  }

  delete(id: string): void {
    const rect = this.rects_.get(id);
    if (!rect) return;
    this.rects_.delete(id);
    if (this.wide_.delete(id)) return;
    for (const key of keysOf(rect)) {
      const members = this.cells_.get(key);
      members?.delete(id);
      if (members?.size === 0) this.cells_.delete(key);
    }
  }

  clear(): void {
    this.cells_.clear();
    this.rects_.clear();
    this.wide_.clear();
  }

  /** Every id whose rectangle touches this one, in no order. */
  query(rect: Rect): string[] {
    if (cellsIn(rect) > Math.max(this.cells_.size, wide)) return this.scan_(rect);
    const found = new Set<string>();
    for (const key of keysOf(rect)) {
      for (const id of this.cells_.get(key) ?? []) {
        const other = this.rects_.get(id);
        if (other && intersects(other, rect)) found.add(id);
      }
    }
    for (const id of this.wide_) {
      const other = this.rects_.get(id);
      if (other && intersects(other, rect)) found.add(id);
    }
    return [...found];
  }

  private scan_(rect: Rect): string[] {
    const found: string[] = [];
    for (const [id, other] of this.rects_) if (intersects(other, rect)) found.push(id);
    return found;
  }
}

function cellsIn(rect: Rect): number {
  const across = Math.floor((rect.x + rect.w) / cell) - Math.floor(rect.x / cell) + 1;
  return across * (Math.floor((rect.y + rect.h) / cell) - Math.floor(rect.y / cell) + 1);
}

function* keysOf(rect: Rect): Generator<string> {
  const right = Math.floor((rect.x + rect.w) / cell);
  const bottom = Math.floor((rect.y + rect.h) / cell);
  for (let x = Math.floor(rect.x / cell); x <= right; x++) {
    for (let y = Math.floor(rect.y / cell); y <= bottom; y++) yield `${x},${y}`;
  }
}
