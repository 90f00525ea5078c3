import { describe, expect, it } from 'vitest';
import { distanceTo, pointOn, routeEdge } from './route';

const forward = { source: { x: 220, y: 63 }, target: { x: 420, y: 163 }, style: 'curve' as const };

describe('routes', () => {
  it('leaves 5 after the source port and ends 7 before the target port, both level', () => {
    const { pieces, tip } = routeEdge(forward);
    expect(pieces).toHaveLength(1);
    expect(pieces[0]?.a).toEqual({ x: 225, y: 63 });
    expect(tip).toEqual({ x: 413, y: 163 });
    expect(pieces[0]?.b.y).toBe(63);
    expect(pieces[0]?.c.y).toBe(163);
  });

  it('bends by half the distance, within 40 and 200', () => {
    const bend = (x: number): number => {
      const piece = routeEdge({ ...forward, target: { x, y: 63 } }).pieces[0];
      return (piece?.b.x ?? 0) - (piece?.a.x ?? 0);
    };
    expect(bend(260)).toBe(40);
    expect(bend(432)).toBe(100);
    expect(bend(2000)).toBe(200);
  });

  it('puts the pill in the middle, or at 62 % of the way across', () => {
    expect(routeEdge(forward).pill).toEqual({ x: 319, y: 113 });
    expect(routeEdge({ ...forward, pillAt: 0.62 }).pill.x).toBeCloseTo(225 + 188 * 0.62, 1);
  });

  it('goes back below the lower of its two nodes', () => {
    const route = routeEdge({
      source: { x: 720, y: 63 },
      target: { x: 0, y: 163 },
      style: 'curve',
      sourceRect: { x: 500, y: 0, w: 220, h: 74 },
      targetRect: { x: 0, y: 100, w: 220, h: 96 },
    });
    expect(route.bounds.y + route.bounds.h).toBeGreaterThan(196);
    expect(route.bounds.x).toBeLessThan(-7);
    expect(route.tip).toEqual({ x: -7, y: 163 });
    expect(route.pill.y).toBeGreaterThan(196);
  });

  it('is straight with square corners in orthogonal style', () => {
    const route = routeEdge({ ...forward, style: 'orthogonal' });
    const middle = pointOn(route.pieces[2] ?? route.pieces[0]!, 0.5);
    expect(middle.x).toBeCloseTo(319);
    expect(routeEdge({ ...forward, target: { x: 420, y: 63 }, style: 'orthogonal' }).pieces).toHaveLength(1);
  });

  it('spreads twins to both sides', () => {
    const up = routeEdge({ ...forward, target: { x: 420, y: 63 }, spread: -12 });
    const down = routeEdge({ ...forward, target: { x: 420, y: 63 }, spread: 12 });
    expect(down.pill.y - up.pill.y).toBeCloseTo(24, 0);
  });

  it('knows how far a point is from the line and where along it', () => {
    const route = routeEdge({ ...forward, target: { x: 420, y: 63 } });
    const near = distanceTo(route, { x: 319, y: 70 });
    expect(near.distance).toBeCloseTo(7, 1);
    expect(near.along).toBeCloseTo(0.5, 1);
  });
});
