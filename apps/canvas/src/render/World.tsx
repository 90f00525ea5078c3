import { createMemo, For, Show, type JSX } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { ConnectPreview, PortRef, QuickAddState } from '../editor/types';
import type { Rect } from '../model/flow';
import { nodeWidth } from '../model/geometry';
import { routeLoose } from '../model/route';
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
  const { session, level } = useScene();
  const { store, editor, index } = session;
  const nodes = createMemo(
    () => {
      void store.meta.revision;
      return inOrder(index.nodeGrid.query(props.covered), unwrap(store.nodeOrder));
    },
    [],
    { equals: sameIds },
  );
  const edges = createMemo(
    () => {
      void store.meta.revision;
      return inOrder(index.edgeGrid.query(props.covered), unwrap(store.edgeOrder));
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

function inOrder(found: readonly string[], order: readonly string[]): readonly string[] {
  const known = new Set(found);
  return order.filter((id) => known.has(id));
}

function GestureLayer(): JSX.Element {
  const { session } = useScene();
  const { editor, index } = session;
  return (
    <g class="gesture">
      <Show when={editor.connect}>{(connect) => <ConnectLine preview={connect()} />}</Show>
      <Show when={editor.quickAdd?.from}>
        {(from) => <ConnectLine preview={pending(from(), editor.quickAdd)} />}
      </Show>
      <Show when={editor.drag?.copy}>
        <For each={Object.keys(editor.dragging)}>
          {(id) => <Ghost rect={index.rectOf(id)} dx={editor.drag?.dx ?? 0} dy={editor.drag?.dy ?? 0} />}
        </For>
      </Show>
      <Show when={editor.place?.at}>
        {(at) => <Ghost rect={{ x: at().x, y: at().y, w: nodeWidth, h: 74 }} dx={0} dy={0} />}
      </Show>
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

function Ghost(props: { rect: Rect | undefined; dx: number; dy: number }): JSX.Element {
  return (
    <Show when={props.rect}>
      {(rect) => (
        <rect
          class="ghost"
          x={rect().x + props.dx}
          y={rect().y + props.dy}
          width={rect().w}
          height={rect().h}
          rx="6"
        />
      )}
    </Show>
  );
}

function ConnectLine(props: { preview: ConnectPreview }): JSX.Element {
  const { session } = useScene();
  const start = (): { x: number; y: number } => {
    const { from } = props.preview;
    return session.index.portPoint(from.node, from.side, from.port) ?? props.preview.point;
  };
  const end = (): { x: number; y: number } => {
    const { to, status, point } = props.preview;
    if (!to || status === 'refused' || to.port === '') return point;
    return session.index.portPoint(to.node, to.side, to.port) ?? point;
  };
  const route = createMemo(() => routeLoose(start(), end(), props.preview.from.side));
  return (
    <g class="edge is-preview" data-type={props.preview.type} data-status={props.preview.status}>
      <path class="edge-line" d={route().path} />
      <Show when={props.preview.from.side === 'out'}>
        <path
          class="edge-head"
          transform={`translate(${route().tip.x + 1.5} ${route().tip.y})`}
          d="M-5.5 -3.5L0 0L-5.5 3.5z"
        />
      </Show>
    </g>
  );
}
