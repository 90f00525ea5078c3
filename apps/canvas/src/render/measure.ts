import type { FontName } from '../editor/tools/context';

/** Sizes and weights of the canvas's texts; the families come from the tokens. */
const faces: Record<FontName, { weight: number; size: number; family: '--font' | '--mono' }> = {
  title: { weight: 600, size: 13, family: '--font' },
  body: { weight: 400, size: 13, family: '--font' },
  small: { weight: 400, size: 12, family: '--font' },
  port: { weight: 400, size: 11, family: '--font' },
  pill: { weight: 400, size: 11, family: '--mono' },
  code: { weight: 400, size: 11, family: '--mono' },
};

const widths = new Map<string, number>();
const cacheLimit = 20000;
let context: CanvasRenderingContext2D | null = null;

/** Width of a text as the page sets it, in world units. */
export function measureText(text: string, font: FontName): number {
  const key = `${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  const face = faces[font];
  const family = getComputedStyle(document.documentElement).getPropertyValue(face.family) || 'sans-serif';
  context.font = `${face.weight} ${face.size}px ${family}`;
  const width = context.measureText(text).width;
  if (widths.size >= cacheLimit) widths.clear();
  widths.set(key, width);
  return width;
}

/** Forgets all widths: the fonts have changed. */
export function forgetWidths(): void {
  widths.clear();
}

/** The text, cut with "…" where it is wider than `room`. */
export function cutText(text: string, font: FontName, room: number): string {
  if (measureText(text, font) <= room) return text;
  let low = 0;
  let high = Math.min(text.length, 200);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measureText(`${text.slice(0, middle).trimEnd()}…`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
