import { createMemo, For, Show, type JSX } from 'solid-js';
import type { Point } from '../model/flow';
import { categoryOf } from '../model/kinds';

/** What a miniature needs of a flow: a document, or the short form that lists carry. */
export interface MiniatureGraph {
  nodes: readonly { id: string; type: string; position: Point }[];
  edges: readonly { source: { node: string }; target: { node: string } }[];
}

interface MiniatureProps {
  graph: MiniatureGraph;
  /** `row` = 72 × 40 for lists, `card` = 288 × 128. */
  size: 'row' | 'card';
  /** Width of a card that fills its column. */
  width?: number;
  height?: number;
  label?: string;
}

interface Layout {
  nodes: { id: string; category: string; x: number; y: number }[];
  edges: string[];
}

const looks = {
  row: { w: 72, h: 40, box: { w: 7, h: 5 }, pad: { x: 6, y: 8 }, most: { x: 0.1, y: 0.05 }, radius: 1.5 },
  card: {
    w: 288,
    h: 128,
    box: { w: 20, h: 14 },
    pad: { x: 14, y: 20 },
    most: { x: 0.24, y: 0.18 },
    radius: 3,
  },
} as const;

const mostNodes = 400;

/** The graph of a flow as a small picture: same colours, same left-to-right order as on the canvas. */
export function Miniature(props: MiniatureProps): JSX.Element {
  const look = (): (typeof looks)['row' | 'card'] => looks[props.size];
  const w = (): number => props.width ?? look().w;
  const h = (): number => props.height ?? look().h;
  const layout = createMemo(() => layOut(props.graph, look(), w(), h()));
  return (
    <svg
      class="miniature"
      data-size={props.size}
      width={w()}
      height={h()}
      viewBox={`0 0 ${w()} ${h()}`}
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : true}
    >
      <For each={layout().edges}>{(path) => <path class="miniature-edge" d={path} />}</For>
      <For each={layout().nodes}>
        {(node) => (
          <g
            class="miniature-step"
            data-category={node.category}
            transform={`translate(${node.x} ${node.y})`}
          >
            <rect class="miniature-box" width={look().box.w} height={look().box.h} rx={look().radius} />
            <Show when={props.size === 'card'}>
              <rect class="miniature-tab" y="3" width="3" height={look().box.h - 6} rx="1" />
            </Show>
          </g>
        )}
      </For>
    </svg>
  );
}

function layOut(
  graph: MiniatureGraph,
  look: (typeof looks)['row' | 'card'],
  width: number,
  height: number,
): Layout {
  const nodes = graph.nodes.slice(0, mostNodes);
  const xs = nodes.map((node) => node.position.x);
  const ys = nodes.map((node) => node.position.y);
  const low = { x: Math.min(...xs), y: Math.min(...ys) };
  const span = { x: Math.max(...xs) - low.x, y: Math.max(...ys) - low.y };
  const kx = Math.min((width - 2 * look.pad.x - look.box.w) / Math.max(1, span.x), look.most.x);
  const ky = Math.min(
    (height - 2 * look.pad.y - look.box.h) / Math.max(1, span.y),
    look.most.y,
    Math.max(kx * 1.8, 0.02),
  );
  const left = (width - span.x * kx - look.box.w) / 2;
  const top = (height - span.y * ky - look.box.h) / 2;
  const at = new Map<string, Point>();
  const placed = nodes.map((node) => {
    const x = round(left + (node.position.x - low.x) * kx);
    const y = round(top + (node.position.y - low.y) * ky);
    at.set(node.id, { x, y });
    return { id: node.id, category: categoryOf(node.type), x, y };
  });
  const edges: string[] = [];
  for (const edge of graph.edges) {
    const from = at.get(edge.source.node);
    const to = at.get(edge.target.node);
    if (!from || !to) continue;
    const y1 = from.y + look.box.h / 2;
    const y2 = to.y + look.box.h / 2;
    const x1 = from.x + look.box.w;
    const bend = Math.max(2, Math.abs(to.x - x1) / 2);
    edges.push(`M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`);
  }
  return { nodes: placed, edges };
}

function round(value: number): number {
  return Math.round(value * 2) / 2;
}
