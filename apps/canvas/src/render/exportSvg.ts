import type { FlowStore } from '../editor/types';
import type { EdgeView, NodeView } from '../model/flow';
import type { FlowIndex } from '../model/flowIndex';
import { inflate, nodeHeight, nodeWidth, portOffset, union } from '../model/geometry';
import { portClass } from '../model/graph';
import { categoryOf, portsOf, subtitleOf } from '../model/kinds';
import { pillText, type FontName } from '../editor/tools/context';

/** What the picture needs of the page: tokens by name without dashes, and how texts are set. */
export interface Paper {
  color: (token: string) => string;
  measure: (text: string, font: FontName) => number;
  cut: (text: string, font: FontName, room: number) => string;
  /** The outline of a kind's icon on its grid of 16. */
  icon: (kind: string) => string;
}

const margin = 32;

/** The whole graph at full level as a picture that stands alone (12 §8.2, `file.exportSvg`). */
export function exportSvg(store: FlowStore, index: FlowIndex, paper: Paper): string {
  const nodes = store.nodeOrder.flatMap((id) => store.nodes[id] ?? []);
  const edges = store.edgeOrder.flatMap((id) => store.edges[id] ?? []);
  const rects = [
    ...nodes.map((node) => index.rectOf(node.id)),
    ...edges.map((edge) => index.route(edge.id)?.bounds),
  ];
  const drawn = union(rects.filter((rect) => rect !== undefined));
  const box = inflate(drawn ?? { x: 0, y: 0, w: 0, h: 0 }, margin);
  const place = [box.x, box.y, box.w, box.h].map(Math.round);
  const size = `width="${place[2]}" height="${place[3]}" viewBox="${place.join(' ')}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}>`,
    `<title>${escaped(store.meta.name)}</title>`,
    `<rect x="${place[0]}" y="${place[1]}" width="100%" height="100%" fill="${paper.color('bg')}"/>`,
    `<g ${sans} font-size="12" fill="${paper.color('muted')}">`,
    ...edges.map((edge) => edgeLine(edge, index, paper)),
    ...nodes.map((node) => step(node, index, paper)),
    ...edges.map((edge) => pill(edge, index, paper)),
    '</g></svg>',
    '',
  ].join('\n');
}

const sans = 'font-family="system-ui, sans-serif"';
const mono = 'font-family="ui-monospace, monospace" font-size="11"';

const edgeColor = { sequential: 'edge', conditional: 'cat-logic', data: 'cat-data' } as const;

function edgeLine(edge: EdgeView, index: FlowIndex, paper: Paper): string {
  const route = index.route(edge.id);
  if (!route) return '';
  const color = paper.color(edgeColor[edge.type]);
  const dash = edge.type === 'data' ? ' stroke-dasharray="5 4"' : '';
  const { x, y } = route.tip;
  return (
    `<path d="${route.path}" fill="none" stroke="${color}" stroke-width="1.5"${dash}/>` +
    `<path transform="translate(${x + 1.5} ${y})" d="M-5.5 -3.5L0 0L-5.5 3.5z" fill="${color}"/>`
  );
}

function pill(edge: EdgeView, index: FlowIndex, paper: Paper): string {
  const route = index.route(edge.id);
  if (edge.type !== 'conditional' || !route) return '';
  const text = pillText(edge) || '…';
  const half = paper.measure(text, 'pill') / 2 + 9;
  const color = paper.color('cat-logic');
  return (
    `<g transform="translate(${route.pill.x} ${route.pill.y})">` +
    `<rect x="${-half - 3}" y="-13" width="${half * 2 + 6}" height="26" rx="13" ` +
    `fill="${paper.color('bg')}"/>` +
    `<rect x="${-half}" y="-10" width="${half * 2}" height="20" rx="10" fill="${paper.color('node')}" ` +
    `stroke="${color}" stroke-opacity="0.5"/>` +
    `<text ${mono} y="3.75" text-anchor="middle" fill="${color}">${escaped(text)}</text></g>`
  );
}

function step(node: NodeView, index: FlowIndex, paper: Paper): string {
  const { inputs, outputs } = portsOf(node);
  const height = nodeHeight(inputs.length, outputs.length);
  const tone = paper.color(`cat-${categoryOf(node.type)}`);
  const subtitle = subtitleOf(node);
  const font = subtitle.code ? 'code' : 'small';
  return [
    `<g transform="translate(${node.position.x} ${node.position.y})">`,
    `<rect x="0.5" y="0.5" width="${nodeWidth - 1}" height="${height - 1}" rx="5.5" ` +
      `fill="${paper.color('node')}" stroke="${paper.color('node-line')}"/>`,
    `<path d="M0 8h2a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-2z" fill="${tone}"/>`,
    `<path transform="translate(14 8)" d="${paper.icon(node.type)}" fill="none" stroke="${tone}" ` +
      'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>',
    `<text font-weight="600" font-size="13" fill="${paper.color('text')}" x="38" y="20.5">` +
      `${escaped(paper.cut(node.label, 'title', 168))}</text>`,
    `<text ${subtitle.code ? mono : ''} x="38" y="43.5">` +
      `${escaped(paper.cut(subtitle.text, font, 172))}</text>`,
    ...inputs.map((port, row) => portMark(node, 'in', port, row, index, paper)),
    ...outputs.map((port, row) => portMark(node, 'out', port, row, index, paper)),
    '</g>',
  ].join('');
}

const portColor = { object: 'muted', any: 'muted', text: 'cat-data', list: 'cat-compute' } as const;

function portMark(
  node: NodeView,
  side: 'in' | 'out',
  port: { id: string; label?: string; type?: string },
  row: number,
  index: FlowIndex,
  paper: Paper,
): string {
  const x = side === 'in' ? 0 : nodeWidth;
  const y = portOffset(row);
  const color = paper.color(portColor[portClass(port.type)]);
  const fill = index.edgesAt(node.id, side, port.id).length > 0 ? color : paper.color('node');
  const anchor = side === 'in' ? '' : ' text-anchor="end"';
  const label = escaped(paper.cut(port.label ?? port.id, 'port', 88));
  return (
    `<circle cx="${x}" cy="${y}" r="4.25" fill="${fill}" stroke="${color}" stroke-width="1.5"/>` +
    `<text font-size="11" x="${side === 'in' ? 14 : nodeWidth - 14}" y="${y + 4}"${anchor}>${label}</text>`
  );
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as XML, without the signs that XML has no way to write. */
export function escaped(text: string): string {
  const legal = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
  return legal.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
