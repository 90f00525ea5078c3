import { createMemo, For, Show, type JSX } from 'solid-js';
import type { Rect } from '../model/flow';
import { nodeWidth } from '../model/geometry';
import { routeLoose } from '../model/route';
import { margin, type CameraView } from './camera';
import { EdgeLine, EdgePill } from './EdgeLine';
import { NodeView } from './NodeView';
import { useScene } from './scene';
import { Tiles } from './Tiles';
import { createSliced, sameIds } from './visible';

/** The drawn graph: dots, edges, nodes and what belongs to the gesture under way, in one composited element. */
export function World(props: { camera: CameraView }): JSX.Element {
  const { editor } = useScene().session;
  const box = (): { w: number; h: number } => ({ w: editor.size.w * (1 + 2 * margin), h: editor.size.h * (1 + 2 * margin) });
  const corner = (): { x: number; y: number } => ({ x: -editor.size.w * margin, y: -editor.size.h * margin });
  const place = (): JSX.CSSProperties => ({
    left: `${corner().x}px`, top: `${corner().y}px`, width: `${box().w}px`, height: `${box().h}px`,
  });
  const anchor = (): string => {
    const { x, y, k } = props.camera.anchor();
    return `translate(${x} ${y}) scale(${k})`;
  };
  return (
    <div class="camera" style={{ transform: props.camera.transform() }}>
      <div class="camera-dots" style={{ ...place(), ...dots(props.camera.anchor(), corner()) }} />
      <svg class="camera-svg" style={place()} viewBox={`${corner().x} ${corner().y} ${box().w} ${box().h}`}>
        <g transform={anchor()}>
          <Show when={props.camera.level() !== 'tiles'} fallback={<Tiles covered={props.camera.covered()} />}>
            <Graph covered={props.camera.covered()} />
          </Show>
          <GestureLayer />
        </g>
      </svg>
    </div>
  );
}

/** One dot every 20 units; farther away every 40, 80, ... so that they never grow into a haze. */
function dots(camera: { x: number; y: number; k: number }, corner: { x: number; y: number }): JSX.CSSProperties {
  let step = 20 * camera.k;
  while (step < 15) step *= 2;
  while (step > 60) step /= 2;
  const offset = (origin: number, low: number): number => (((origin - low) % step) + step) % step - step / 2;
  return {
    'background-size': `${step}px ${step}px`,
    'background-position': `${offset(camera.x, corner.x)}px ${offset(camera.y, corner.y)}px`,
  };
}

function Graph(props: { covered: Rect }): JSX.Element {
  const { session, level } = useScene();
  const { store, editor, index } = session;
  const nodes = createMemo(() => {
    void store.meta.revision;
    return inOrder(index.nodeGrid.query(props.covered), store.nodeOrder);
  }, [], { equals: sameIds });
  const edges = createMemo(() => {
    void store.meta.revision;
    return inOrder(index.edgeGrid.query(props.covered), store.edgeOrder);
  }, [], { equals: sameIds });
  const nodeIds = createSliced(withDragged(nodes, () => editor.dragging));
  const edgeIds = createSliced(edges);
  const straight = createMemo(() => Object.keys(editor.dragging).length > 400);
  return (
    <>
      <g class="edges"><For each={edgeIds()}>{(id) => <EdgeLine id={id} straight={straight()} />}</For></g>
      <g class="steps"><For each={nodeIds()}>{(id) => <NodeView id={id} />}</For></g>
      <Show when={level() === 'full'}>
        <g class="pills"><For each={edgeIds()}>{(id) => <EdgePill id={id} />}</For></g>
      </Show>
    </>
  );
}

/** What is dragged stays mounted even when the view has scrolled away from where it started. */
function withDragged(ids: () => readonly string[], dragging: () => Record<string, true>): () => readonly string[] {
  return createMemo(() => {
    const list = ids();
    const extra = Object.keys(dragging()).filter((id) => !list.includes(id));
    return extra.length === 0 ? list : [...list, ...extra];
  }, [], { equals: sameIds });
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
            x1={guide.axis === 'x' ? guide.at : guide.from - 16} x2={guide.axis === 'x' ? guide.at : guide.to + 16}
            y1={guide.axis === 'y' ? guide.at : guide.from - 16} y2={guide.axis === 'y' ? guide.at : guide.to + 16}
          />
        )}
      </For>
      <Show when={editor.marquee}>
        {(rect) => <rect class="marquee" x={rect().x} y={rect().y} width={rect().w} height={rect().h} rx={2 / editor.viewport.k} />}
      </Show>
    </g>
  );
}

function Ghost(props: { rect: Rect | undefined; dx: number; dy: number }): JSX.Element {
  return (
    <Show when={props.rect}>
      {(rect) => <rect class="ghost" x={rect().x + props.dx} y={rect().y + props.dy} width={rect().w} height={rect().h} rx="6" />}
    </Show>
  );
}

function ConnectLine(props: { preview: NonNullable<ReturnType<typeof useScene>['session']['editor']['connect']> }): JSX.Element {
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
        <path class="edge-head" transform={`translate(${route().tip.x + 1.5} ${route().tip.y})`} d="M-5.5 -3.5L0 0L-5.5 3.5z" />
      </Show>
    </g>
  );
}
