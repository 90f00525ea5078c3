import { createMemo, For, Show, type JSX } from 'solid-js';
import { unwrap } from 'solid-js/store';
import { centredOn, visibleRect } from '../model/camera';
import type { Point, Rect } from '../model/flow';
import { union } from '../model/geometry';
import { categoryOf } from '../model/kinds';
import { useScene, worst, type Scene } from './scene';
import { texts } from './texts';
import { sameIds } from './visible';

const width = 160;
const height = 110;
const inset = 8;

/** minimap = world * k + (x, y) */
interface Frame {
  k: number;
  x: number;
  y: number;
}

/**
 * The whole flow in 160 × 110, with the part in view; click or drag moves the view. Hidden under 3
 * steps.
 */
export function Minimap(): JSX.Element {
  const scene = useScene();
  const { session } = scene;
  const frame = createMemo(() => {
    scene.geometry();
    return frameOf(scene);
  });
  const edges = createMemo(() => edgesOf(scene, frame()));
  const boxes = createMemo(() => boxesOf(scene, frame()));
  const tones = createMemo(
    () => {
      scene.geometry();
      return tonesOf(scene);
    },
    [],
    { equals: sameIds },
  );
  const steps = createMemo(() => stepsOf(boxes(), tones()));
  const view = (): Rect => {
    const { k, x, y } = frame();
    const rect = visibleRect(session.editor.viewport, session.editor.size);
    return clip({ x: rect.x * k + x, y: rect.y * k + y, w: rect.w * k, h: rect.h * k });
  };
  const centreAt = (point: Point): void => {
    const { k, x, y } = frame();
    const at = { x: (point.x - x) / k, y: (point.y - y) / k, w: 0, h: 0 };
    session.context.set('viewport', centredOn(at, session.editor.size, session.editor.viewport.k));
  };
  return (
    <Show when={session.editor.minimap && session.store.nodeOrder.length >= 3}>
      <svg
        class="minimap"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        tabindex="0"
        aria-label={texts.minimapView}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          centreAt(offset(event));
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) centreAt(offset(event));
        }}
        onKeyDown={(event) => moveByKey(scene, event)}
      >
        <path class="minimap-edges" d={edges()} />
        <For each={[...steps().keys()]}>
          {(tone) => <path class="minimap-steps" data-tone={tone} d={steps().get(tone) ?? ''} />}
        </For>
        <rect class="minimap-view" x={view().x} y={view().y} width={view().w} height={view().h} rx="2" />
      </svg>
    </Show>
  );
}

function offset(event: PointerEvent & { currentTarget: Element }): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function moveByKey(scene: Scene, event: KeyboardEvent): void {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [80, 0],
    ArrowRight: [-80, 0],
    ArrowUp: [0, 80],
    ArrowDown: [0, -80],
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  scene.session.context.set('viewport', (view) => ({ x: view.x + step[0], y: view.y + step[1] }));
}

/** Colours of the steps in their order: its problem, what the run does with it, else its category. */
function tonesOf(scene: Scene): string[] {
  const run = scene.run();
  const found = scene.diagnostics();
  const { index, store } = scene.session;
  const ownTone = (id: string): string =>
    worst(found?.byNode(id) ?? []) === 'error' ? 'error' : categoryOf(index.node(id)?.type ?? '');
  return unwrap(store.nodeOrder).map(
    (id) => run?.nodeState(id)?.state ?? (run?.active ? 'waiting' : ownTone(id)),
  );
}

function frameOf(scene: Scene): Frame {
  const { index, store } = scene.session;
  const ids = unwrap(store.nodeOrder);
  const box = union(ids.map((id) => index.rectOf(id)).filter((rect) => rect !== undefined)) ?? {
    x: 0,
    y: 0,
    w: 1,
    h: 1,
  };
  const k = Math.min(
    (width - 2 * inset) / Math.max(1, box.w),
    (height - 2 * inset) / Math.max(1, box.h),
    0.12,
  );
  const x = width / 2 - (box.x + box.w / 2) * k;
  const y = height / 2 - (box.y + box.h / 2) * k;
  return { k, x, y };
}

/** The outlines of the steps in their order; empty where one has no place yet. */
function boxesOf(scene: Scene, { k, x, y }: Frame): string[] {
  const { index, store } = scene.session;
  const ids = unwrap(store.nodeOrder);
  return ids.map((id) => {
    const rect = index.rectOf(id);
    if (!rect) return '';
    const h = Math.max(rect.h * k, ids.length > 300 ? 2 : 4.5);
    const w = Math.max(rect.w * k, 3);
    return roundedBox(rect.x * k + x, (rect.y + rect.h / 2) * k + y - h / 2, w, h);
  });
}

/** One path per tone; `boxes` and `tones` belong to the nodes in their order. */
function stepsOf(boxes: readonly string[], tones: readonly string[]): Map<string, string> {
  const paths = new Map<string, string>();
  boxes.forEach((box, at) => {
    const tone = tones[at] ?? '';
    paths.set(tone, (paths.get(tone) ?? '') + box);
  });
  return paths;
}

function edgesOf(scene: Scene, { k, x, y }: Frame): string {
  const { index, store } = scene.session;
  let edges = '';
  const at = (point: Point): string => `${round(point.x * k + x)} ${round(point.y * k + y)}`;
  for (const id of unwrap(store.edgeOrder)) {
    const route = index.route(id);
    const start = route?.pieces[0]?.a;
    if (route && start) edges += `M${at(start)}L${at(route.tip)}`;
  }
  return edges;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function roundedBox(x: number, y: number, w: number, h: number): string {
  const r = Math.min(1.5, w / 2, h / 2);
  const across = round(w - 2 * r);
  const down = round(h - 2 * r);
  const half = `M${round(x + r)} ${round(y)}h${across}q${r} 0 ${r} ${r}v${down}q0 ${r} ${-r} ${r}`;
  return `${half}h${-across}q${-r} 0 ${-r} ${-r}v${-down}q0 ${-r} ${r} ${-r}z`;
}

/** Kept inside the map, and never too small to see. */
function clip(rect: Rect): Rect {
  const left = Math.max(1.5, rect.x);
  const top = Math.max(1.5, rect.y);
  const right = Math.min(width - 1.5, rect.x + rect.w);
  const bottom = Math.min(height - 1.5, rect.y + rect.h);
  return {
    x: Math.min(left, width - 6),
    y: Math.min(top, height - 6),
    w: Math.max(4, right - left),
    h: Math.max(4, bottom - top),
  };
}
