import { createMemo, For, Show, type JSX } from 'solid-js';
import type { ConnectPreview, PortRef, QuickAddState } from '../editor/types';
import type { Point, Rect } from '../model/flow';
import { nodeHeight, nodeWidth } from '../model/geometry';
import { categoryOf, kindOf, kindTitle, type KindSpec } from '../model/kinds';
import { kindIconPath } from './iconPaths';
import { cutText } from './measure';
import type { FlowIndex } from '../model/flowIndex';
import { routeLoose, type Route } from '../model/route';
import type { CameraView } from './camera';
import { EdgeLine, EdgePill } from './EdgeLine';
import { NodeView } from './NodeView';
import { useScene } from './scene';
import { Tiles } from './Tiles';
import { createSliced, sameIds } from './visible';

/**
 * The drawn graph: edges, nodes and what belongs to the gesture under way, in one composited element over
 * the dots.
 */
export function World(props: { camera: CameraView }): JSX.Element {
  const anchor = (): string => {
    const { k, origin } = props.camera.anchor();
    return `scale(${k}) translate(${-origin.x} ${-origin.y})`;
  };
  return (
    <>
      <Dots k={props.camera.anchor().k} />
      <div class="camera" style={{ transform: props.camera.transform() }}>
        <svg
          class="camera-svg"
          data-level={props.camera.level()}
          data-titles={props.camera.anchor().k >= 0.42 ? 'shown' : 'hidden'}
        >
          <g transform={anchor()}>
            <Show
              when={props.camera.level() !== 'tiles'}
              fallback={<Tiles covered={props.camera.covered()} />}
            >
              <Graph covered={props.camera.covered()} />
            </Show>
            <GestureLayer />
          </g>
        </svg>
      </div>
    </>
  );
}

/**
 * One dot every 20 units; farther away every 40, 80, ... so that they never grow into a haze. Panning only
 * shifts them.
 */
function Dots(props: { k: number }): JSX.Element {
  const { editor } = useScene().session;
  const step = createMemo(() => {
    let size = 20 * props.k;
    while (size < 15) size *= 2;
    while (size > 60) size /= 2;
    return size;
  });
  const shift = (): string => {
    const scale = editor.viewport.k / props.k;
    const each = step() * scale;
    const rest = (value: number): number => ((value % each) + each) % each;
    const { x, y } = editor.viewport;
    return `translate(${rest(x - each / 2)}px, ${rest(y - each / 2)}px) scale(${scale})`;
  };
  const box = (): JSX.CSSProperties => {
    const back = Math.ceil(96 / step()) * step();
    return {
      left: `${-back}px`,
      top: `${-back}px`,
      width: `${editor.size.w * 2 + back}px`,
      height: `${editor.size.h * 2 + back}px`,
      'transform-origin': `${back}px ${back}px`,
      'background-size': `${step()}px ${step()}px`,
    };
  };
  return <div class="camera-dots" style={{ ...box(), transform: shift() }} />;
}

function Graph(props: { covered: Rect }): JSX.Element {
  const { session, level, geometry, places, edgePlaces } = useScene();
  const { editor, index } = session;
  const nodes = createMemo(
    () => {
      geometry();
      return inOrder(index.nodeGrid.query(props.covered), places());
    },
    [],
    { equals: sameIds },
  );
  const edges = createMemo(
    () => {
      geometry();
      return inOrder(index.edgeGrid.query(props.covered), edgePlaces());
    },
    [],
    { equals: sameIds },
  );
  const nodeIds = createSliced(withDragged(nodes, () => editor.dragging));
  const edgeIds = createSliced(edges);
  const straight = createMemo(() => Object.keys(editor.dragging).length > 400);
  return (
    <>
      <g class="edges">
        <For each={edgeIds()}>{(id) => <EdgeLine id={id} straight={straight()} />}</For>
      </g>
      <g class="steps">
        <For each={nodeIds()}>{(id) => <NodeView id={id} />}</For>
      </g>
      <Show when={level() === 'full'}>
        <g class="pills">
          <For each={edgeIds()}>{(id) => <EdgePill id={id} />}</For>
        </g>
      </Show>
    </>
  );
}

/** What is dragged stays mounted even when the view has scrolled away from where it started. */
function withDragged(
  ids: () => readonly string[],
  dragging: () => Record<string, true>,
): () => readonly string[] {
  return createMemo(
    () => {
      const list = ids();
      const extra = Object.keys(dragging()).filter((id) => !list.includes(id));
      return extra.length === 0 ? list : [...list, ...extra];
    },
    [],
    { equals: sameIds },
  );
}

/** Found things in the order of the document, which is the order they are painted in. */
function inOrder(found: string[], places: ReadonlyMap<string, number>): readonly string[] {
  return found.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}

function GestureLayer(): JSX.Element {
  const { editor } = useScene().session;
  return (
    <g class="gesture">
      <Show when={editor.connect}>{(connect) => <ConnectLine preview={connect()} />}</Show>
      <Show when={editor.quickAdd?.from}>
        {(from) => <ConnectLine preview={pending(from(), editor.quickAdd)} />}
      </Show>
      <Show when={editor.drag?.copy}>
        <For each={Object.keys(editor.dragging)}>{(id) => <CopyGhost id={id} />}</For>
      </Show>
      <Show when={editor.place?.at}>{(at) => <PlaceGhost kind={editor.place?.kind ?? ''} at={at()} />}</Show>
      <For each={editor.guides}>
        {(guide) => (
          <line
            class="guide"
            x1={guide.axis === 'x' ? guide.at : guide.from - 16}
            x2={guide.axis === 'x' ? guide.at : guide.to + 16}
            y1={guide.axis === 'y' ? guide.at : guide.from - 16}
            y2={guide.axis === 'y' ? guide.at : guide.to + 16}
          />
        )}
      </For>
      <Show when={editor.marquee}>
        {(rect) => (
          <rect
            class="marquee"
            x={rect().x}
            y={rect().y}
            width={rect().w}
            height={rect().h}
            rx={2 / editor.viewport.k}
          />
        )}
      </Show>
    </g>
  );
}

/** While the list of quick-add is open, the edge to come stays in sight. */
function pending(from: PortRef, state: QuickAddState | null): ConnectPreview {
  return {
    from,
    point: state?.at ?? { x: 0, y: 0 },
    to: null,
    status: 'open',
    reason: '',
    type: state?.type ?? 'sequential',
    edge: null,
  };
}

/** What a dragged copy will be. */
function CopyGhost(props: { id: string }): JSX.Element {
  const { editor, store } = useScene().session;
  const at = (): Point => {
    const from = store.nodes[props.id]?.position ?? { x: 0, y: 0 };
    return { x: from.x + (editor.drag?.dx ?? 0), y: from.y + (editor.drag?.dy ?? 0) };
  };
  return (
    <PlaceGhost
      kind={store.nodes[props.id]?.type ?? ''}
      label={store.nodes[props.id]?.label ?? ''}
      at={at()}
    />
  );
}

/** The step to be, under the pointer. */
function PlaceGhost(props: { kind: string; label?: string; at: Point }): JSX.Element {
  const spec = (): KindSpec | undefined => kindOf(props.kind);
  const height = (): number => nodeHeight(spec()?.inputs.length ?? 1, spec()?.outputs.length ?? 1);
  return (
    <g
      class="place-ghost"
      data-category={categoryOf(props.kind)}
      transform={`translate(${props.at.x} ${props.at.y})`}
    >
      <rect class="ghost-body" width={nodeWidth} height={height()} rx="6" />
      <path class="step-tab" d="M0 8h2a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-2z" />
      <path class="step-icon" transform="translate(14 8)" d={kindIconPath(props.kind)} />
      <text class="step-title" x="38" y="20.5">
        {cutText(props.label ?? kindTitle(props.kind), 'title', 170)}
      </text>
    </g>
  );
}

function ConnectLine(props: { preview: ConnectPreview }): JSX.Element {
  const { session } = useScene();
  const route = createMemo(() => previewRoute(session.index, props.preview));
  return (
    <g class="edge is-preview" data-type={props.preview.type} data-status={props.preview.status}>
      <path class="edge-line" d={route().path} />
      <Show when={props.preview.from.side === 'out' || isHeld(props.preview)}>
        <path
          class="edge-head"
          transform={`translate(${route().tip.x + 1.5} ${route().tip.y})`}
          d="M-5.5 -3.5L0 0L-5.5 3.5z"
        />
      </Show>
    </g>
  );
}

/** True while the loose end has found a port that takes it. */
function isHeld(preview: ConnectPreview): boolean {
  return preview.to !== null && preview.to.port !== '' && preview.status !== 'refused';
}

/** Where it would lie once let go, else a line to the pointer. */
function previewRoute(index: FlowIndex, preview: ConnectPreview): Route {
  const { from, to, point, type } = preview;
  if (to && isHeld(preview)) {
    const [source, target] = from.side === 'out' ? [from, to] : [to, from];
    const edge = { id: '', type, source, target };
    const held = index.routeWith(edge, () => ({ x: 0, y: 0 }));
    if (held) return held;
  }
  return routeLoose(index.portPoint(from.node, from.side, from.port) ?? point, point, from.side);
}
