import type { Point, Rect } from './flow';
import { clamp, distance } from './geometry';

/** Where an edge starts and ends, seen from the middle of its ports (look.md, Edges). */
const gapAtSource = 5;
const gapAtTarget = 7;
const backwardClearance = 28;
const backwardBend = 36;
const corner = 12;

export interface RouteInput {
  source: Point;
  target: Point;
  /** The nodes at both ends, which a backward edge passes below. */
  sourceRect?: Rect;
  targetRect?: Rect;
  style: 'curve' | 'orthogonal';
  /** Distance from the middle line among edges between the same two ports: 0, 12, -12, ... */
  spread?: number;
  /** Where along the edge the pill sits: 0.5, or 0.62 where edges share their source port. */
  pillAt?: number;
}

/** One cubic piece; a straight line has its control points on it. */
export interface Cubic {
  a: Point;
  b: Point;
  c: Point;
  d: Point;
}

export interface Route {
  pieces: Cubic[];
  path: string;
  /** Where the arrow head's tip is; every edge arrives from the left. */
  tip: Point;
  pill: Point;
  bounds: Rect;
}

export function routeEdge(input: RouteInput): Route {
  const start = { x: input.source.x + gapAtSource, y: input.source.y };
  const end = { x: input.target.x - gapAtTarget, y: input.target.y };
  const pieces = isBackward(start, end)
    ? backward(start, end, input)
    : input.style === 'orthogonal'
      ? orthogonal(start, end, input.spread ?? 0)
      : [curve(start, end, input.spread ?? 0)];
  const path = pathOf(pieces);
  return {
    pieces,
    path,
    tip: end,
    pill: pillOf(pieces, start, end, input.pillAt ?? 0.5),
    bounds: boundsOf(pieces),
  };
}

/** The line that follows the hand while connecting: nothing stands at its loose end. */
export function routeLoose(from: Point, to: Point, side: 'in' | 'out'): Route {
  const source = side === 'out' ? from : to;
  const target = side === 'out' ? to : from;
  const start = side === 'out' ? { x: source.x + gapAtSource, y: source.y } : source;
  const end = side === 'in' ? { x: target.x - gapAtTarget, y: target.y } : target;
  const pieces = [curve(start, end, 0)];
  return {
    pieces,
    path: pathOf(pieces),
    tip: end,
    pill: pillOf(pieces, start, end, 0.5),
    bounds: boundsOf(pieces),
  };
}

function isBackward(start: Point, end: Point): boolean {
  return end.x < start.x - 8;
}

function curve(start: Point, end: Point, spread: number): Cubic {
  const bend = clamp(Math.abs(end.x - start.x) / 2, 40, 200);
  return {
    a: start,
    b: { x: start.x + bend, y: start.y + spread * 1.33 },
    c: { x: end.x - bend, y: end.y + spread * 1.33 },
    d: end,
  };
}

function orthogonal(start: Point, end: Point, spread: number): Cubic[] {
  if (Math.abs(start.y - end.y) < 1 && spread === 0) return [line(start, end)];
  const middle = (start.x + end.x) / 2 + spread;
  return rounded([start, { x: middle, y: start.y }, { x: middle, y: end.y }, end], 8);
}

/** Leaves right, passes below the lower node, enters left. */
function backward(start: Point, end: Point, input: RouteInput): Cubic[] {
  const bottoms = [start.y, end.y];
  if (input.sourceRect) bottoms.push(input.sourceRect.y + input.sourceRect.h);
  if (input.targetRect) bottoms.push(input.targetRect.y + input.targetRect.h);
  const spread = Math.abs(input.spread ?? 0);
  const floor = Math.max(...bottoms) + backwardClearance + spread;
  const right = start.x + backwardBend + spread;
  const left = end.x - backwardBend - spread;
  const corners = [
    start,
    { x: right, y: start.y },
    { x: right, y: floor },
    { x: left, y: floor },
    { x: left, y: end.y },
    end,
  ];
  return rounded(corners, corner);
}

function line(a: Point, d: Point): Cubic {
  return {
    a,
    b: { x: a.x + (d.x - a.x) / 3, y: a.y + (d.y - a.y) / 3 },
    c: { x: d.x - (d.x - a.x) / 3, y: d.y - (d.y - a.y) / 3 },
    d,
  };
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to);
  if (length === 0) return from;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}

/** Straight pieces with rounded corners between them. */
function rounded(points: readonly Point[], radius: number): Cubic[] {
  const pieces: Cubic[] = [];
  let at = points[0] ?? { x: 0, y: 0 };
  for (let i = 1; i < points.length - 1; i++) {
    const before = points[i - 1] ?? at;
    const turn = points[i] ?? at;
    const after = points[i + 1] ?? at;
    const r = Math.min(radius, distance(before, turn) / 2, distance(turn, after) / 2);
    const enter = towards(turn, before, r);
    const leave = towards(turn, after, r);
    pieces.push(line(at, enter));
    pieces.push({
      a: enter,
      b: towards(turn, before, r * 0.45),
      c: towards(turn, after, r * 0.45),
      d: leave,
    });
    at = leave;
  }
  pieces.push(line(at, points[points.length - 1] ?? at));
  return pieces;
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function pathOf(pieces: readonly Cubic[]): string {
  let text = '';
  for (const [index, piece] of pieces.entries()) {
    if (index === 0) text += `M${fixed(piece.a.x)} ${fixed(piece.a.y)}`;
    text +=
      `C${fixed(piece.b.x)} ${fixed(piece.b.y)} ${fixed(piece.c.x)} ${fixed(piece.c.y)} ` +
      `${fixed(piece.d.x)} ${fixed(piece.d.y)}`;
  }
  return text;
}

export function pointOn(piece: Cubic, t: number): Point {
  const s = 1 - t;
  const [p, q, r, u] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return {
    x: p * piece.a.x + q * piece.b.x + r * piece.c.x + u * piece.d.x,
    y: p * piece.a.y + q * piece.b.y + r * piece.c.y + u * piece.d.y,
  };
}

function pillOf(pieces: readonly Cubic[], start: Point, end: Point, at: number): Point {
  if (pieces.length === 1 && pieces[0]) {
    const piece = pieces[0];
    if (at === 0.5 || end.x <= start.x) return pointOn(piece, 0.5);
    return pointOn(piece, parameterAtX(piece, start.x + (end.x - start.x) * at));
  }
  return middleOf(pieces);
}

/** The parameter at which a curve that runs left to right passes x. */
function parameterAtX(piece: Cubic, x: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 24; i++) {
    const mid = (low + high) / 2;
    if (pointOn(piece, mid).x < x) low = mid;
    else high = mid;
  }
  return (low + high) / 2;
}

function middleOf(pieces: readonly Cubic[]): Point {
  const lengths = pieces.map((piece) => distance(piece.a, piece.d));
  let rest = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, piece] of pieces.entries()) {
    const length = lengths[index] ?? 0;
    if (rest <= length) return pointOn(piece, length === 0 ? 0 : rest / length);
    rest -= length;
  }
  return pieces[pieces.length - 1]?.d ?? { x: 0, y: 0 };
}

/** The box of all control points: never smaller than the curve. */
function boundsOf(pieces: readonly Cubic[]): Rect {
  const xs = pieces.flatMap((p) => [p.a.x, p.b.x, p.c.x, p.d.x]);
  const ys = pieces.flatMap((p) => [p.a.y, p.b.y, p.c.y, p.d.y]);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

const samplesPerPiece = 16;

/** Distance from a point to the drawn line, and how far along it that is (0 source, 1 target). */
export function distanceTo(route: Pick<Route, 'pieces'>, point: Point): { distance: number; along: number } {
  let best = Infinity;
  let along = 0;
  const total = route.pieces.length * samplesPerPiece;
  let step = 0;
  for (const piece of route.pieces) {
    let last = piece.a;
    for (let i = 1; i <= samplesPerPiece; i++) {
      const next = pointOn(piece, i / samplesPerPiece);
      const found = toSegment(point, last, next);
      if (found.distance < best) {
        best = found.distance;
        along = (step + found.along) / total;
      }
      last = next;
      step++;
    }
  }
  return { distance: best, along };
}

function toSegment(p: Point, a: Point, b: Point): { distance: number; along: number } {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0, 1);
  return { distance: Math.hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy)), along: t };
}
