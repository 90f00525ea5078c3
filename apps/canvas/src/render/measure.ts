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

const cacheLimit = 20000;
const widths = new Map<string, number>();
const cuts = new Map<string, string>();
/** One drawing context per font: setting a font costs more than measuring with it. */
const contexts = new Map<FontName, CanvasRenderingContext2D | null>();

function contextFor(font: FontName): CanvasRenderingContext2D | null {
  const known = contexts.get(font);
  if (known !== undefined) return known;
  const context = document.createElement('canvas').getContext('2d');
  const { weight, size, family } = faces[font];
  const stack = getComputedStyle(document.documentElement).getPropertyValue(family).trim() || 'sans-serif';
  if (context) context.font = `${weight} ${size}px ${stack}`;
  contexts.set(font, context);
  return context;
}

/** Width of a text as the page sets it, in world units. */
export function measureText(text: string, font: FontName): number {
  const key = `${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const width = contextFor(font)?.measureText(text).width ?? text.length * 7;
  if (widths.size >= cacheLimit) widths.clear();
  widths.set(key, width);
  return width;
}

/** Forgets all widths: the fonts have changed. */
export function forgetWidths(): void {
  widths.clear();
  cuts.clear();
  contexts.clear();
}

/** The text, cut with "…" where it is wider than `room`. */
export function cutText(text: string, font: FontName, room: number): string {
  const short = text.length > 200 ? text.slice(0, 200) : text;
  const key = `${font} ${room} ${short}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  const cut = cutNow(short, font, room);
  if (cuts.size >= cacheLimit) cuts.clear();
  cuts.set(key, cut);
  return cut;
}

function cutNow(text: string, font: FontName, room: number): string {
  const width = measureText(text, font);
  if (width <= room) return text;
  const fits = (count: number): boolean => measureText(`${text.slice(0, count).trimEnd()}…`, font) <= room;
  let count = Math.min(text.length - 1, Math.floor((text.length * room) / width));
  while (count > 0 && !fits(count)) count--;
  while (count < text.length - 1 && fits(count + 1)) count++;
  return count <= 0 ? '' : `${text.slice(0, count).trimEnd()}…`;
}
