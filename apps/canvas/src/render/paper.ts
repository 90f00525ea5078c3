import { CATEGORIES } from 'generated/kinds';
import type { Paper } from './exportSvg';
import { kindIconPath } from './iconPaths';
import { cutText, measureText } from './measure';

/** The colours and fonts of a page as they are now: its theme decides how the picture looks. */
export function paperOf(page: Document): Paper {
  const probe = page.createElement('span');
  page.body.append(probe);
  const known = new Map<string, string>();
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  for (const token of tokens) known.set(token, read(token));
  probe.remove();
  return {
    color: (token) => known.get(token) ?? 'currentColor',
    measure: measureText,
    cut: cutText,
    icon: kindIconPath,
  };
}

const tokens = [
  'bg',
  'node',
  'node-line',
  'text',
  'muted',
  'edge',
  ...CATEGORIES.map(({ id }) => `cat-${id}`),
];
