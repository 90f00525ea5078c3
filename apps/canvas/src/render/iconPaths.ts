/**
 * The kind icons as single paths. A `<use>` builds a shadow tree each time it is drawn, which a thousand
 * steps would pay for; one path costs one element.
 */
const paths = new Map<string, string>();

/** Path data of `kind-<id>` in its 16 × 16 box; empty for a kind without an icon. */
export function kindIconPath(kind: string): string {
  const known = paths.get(kind);
  if (known !== undefined) return known;
  const symbol = document.getElementById(`kind-${kind}`);
  if (!symbol) return '';
  const data = [...symbol.children].map(pathOf).join('');
  paths.set(kind, data);
  return data;
}

function pathOf(shape: Element): string {
  const at = (name: string): number => Number(shape.getAttribute(name) ?? 0);
  switch (shape.tagName.toLowerCase()) {
    // Each shape starts anew: a first relative move would count from the end of the shape before.
    case 'path':
      return absolute(shape.getAttribute('d') ?? '');
    case 'circle':
      return ellipse(at('cx'), at('cy'), at('r'), at('r'));
    case 'ellipse':
      return ellipse(at('cx'), at('cy'), at('rx'), at('ry'));
    case 'rect':
      return box(at('x'), at('y'), at('width'), at('height'), at('rx'));
    default:
      return '';
  }
}

function absolute(data: string): string {
  const first = /^m\s*(-?[\d.]+)[\s,]*(-?[\d.]+)\s*/.exec(data);
  if (!first) return data;
  const rest = data.slice(first[0].length);
  return `M${first[1]} ${first[2]}${/^[-\d.]/.test(rest) ? 'l' : ''}${rest}`;
}

function ellipse(cx: number, cy: number, rx: number, ry: number): string {
  return `M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${rx * 2} 0a${rx} ${ry} 0 1 0 ${-rx * 2} 0z`;
}

function box(x: number, y: number, w: number, h: number, r: number): string {
  const corner = (dx: number, dy: number): string => (r > 0 ? `a${r} ${r} 0 0 1 ${dx} ${dy}` : '');
  const across = w - 2 * r;
  const down = h - 2 * r;
  const half = `M${x + r} ${y}h${across}${corner(r, r)}v${down}${corner(-r, r)}`;
  return `${half}h${-across}${corner(-r, -r)}v${-down}${corner(r, -r)}z`;
}
