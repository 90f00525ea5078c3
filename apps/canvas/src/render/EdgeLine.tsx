import { createMemo, Show, type JSX } from 'solid-js';
import { pillText } from '../editor/tools/context';
import type { ChangeMark } from '../model/difference';
import type { EdgeView } from '../model/flow';
import type { Route } from '../model/route';
import { CornerMark } from './CornerMark';
import { measureText } from './measure';
import { edgeName } from './names';
import { dragShift, isUnlit, useScene, worst, type Scene } from './scene';

/** One edge: its line, arrow head and, where it has a condition, the pill that interrupts it. */
export function EdgeLine(props: { id: string; straight: boolean }): JSX.Element {
  const scene = useScene();
  const edge = (): EdgeView | undefined => scene.session.store.edges[props.id];
  const route = createMemo(() => routeOf(scene, edge()));
  return (
    <Show when={edge() !== undefined && route()}>
      {(present) => (
        <Line edge={edge() as EdgeView} route={present()} scene={scene} straight={props.straight} />
      )}
    </Show>
  );
}

/** The route at rest comes from the index; while an end is dragged it is made anew. */
function routeOf(scene: Scene, edge: EdgeView | undefined): Route | undefined {
  if (!edge) return undefined;
  const { session } = scene;
  scene.geometry();
  void session.editor.routeStyle;
  if (session.editor.connect?.edge === edge.id) return undefined;
  const dragged = session.editor.dragging[edge.source.node] || session.editor.dragging[edge.target.node];
  if (!dragged) return session.index.route(edge.id);
  return session.index.routeWith(edge, (node) => dragShift(session, node));
}

interface LineProps {
  edge: EdgeView;
  route: Route;
  scene: Scene;
  straight: boolean;
}

function Line(props: LineProps): JSX.Element {
  const { editor } = props.scene.session;
  const id = (): string => props.edge.id;
  const chosen = (node: string): boolean => editor.selection[node] === true;
  const path = (): string => {
    if (!props.straight) return props.route.path;
    const start = props.route.pieces[0]?.a ?? props.route.tip;
    return `M${start.x} ${start.y}L${props.route.tip.x} ${props.route.tip.y}`;
  };
  const target = createMemo(() => props.scene.run()?.nodeState(props.edge.target.node)?.state);
  const taken = createMemo(() => props.scene.run()?.edgeTaken(id()));
  const change = createMemo(() => props.scene.changes()?.ofEdge(id()));
  const flowing = (): boolean => taken() === true && (target() === 'running' || target() === 'streaming');
  return (
    <g
      id={`edge-${id()}`}
      class="edge"
      data-type={props.edge.type}
      data-change={change()}
      classList={{
        'is-touched': chosen(props.edge.source.node) || chosen(props.edge.target.node),
        'is-selected': chosen(id()),
        'is-focused': editor.keyboard && editor.focus === id(),
        'is-hovered': editor.hover?.kind === 'edge' && editor.hover.id === id(),
        'is-taken': taken() === true && !flowing(),
        'is-flowing': flowing(),
        'is-untaken': taken() === false,
        'is-insert': editor.insertEdge === id(),
        'is-unlit': isUnlit(props.scene.session, id()),
      }}
      role="group"
      aria-roledescription="connection"
      aria-label={edgeName(props.scene, props.edge, change())}
    >
      <Show when={editor.insertEdge === id() || (editor.keyboard && editor.focus === id())}>
        <path class="edge-glow" d={path()} />
      </Show>
      <path class="edge-line" d={path()} />
      <Show when={props.scene.level() === 'full'}>
        <path
          class="edge-head"
          transform={`translate(${props.route.tip.x + 1.5} ${props.route.tip.y})`}
          d="M-5.5 -3.5L0 0L-5.5 3.5z"
        />
      </Show>
      <Show when={change()}>
        {(kind) => <EdgeMark kind={kind()} route={props.route} edge={props.edge} />}
      </Show>
    </g>
  );
}

/** On the line, or above the condition that stands there. */
function EdgeMark(props: { kind: ChangeMark; route: Route; edge: EdgeView }): JSX.Element {
  const lift = (): number => (props.edge.type === 'conditional' ? 32 : 10);
  return <CornerMark kind={props.kind} x={props.route.pill.x - 10} y={props.route.pill.y - lift()} />;
}

/** The condition of an edge, above the steps: it stays readable where the room between them is narrow. */
export function EdgePill(props: { id: string }): JSX.Element {
  const scene = useScene();
  const { store, editor } = scene.session;
  const edge = (): EdgeView | undefined => store.edges[props.id];
  const shown = (): boolean => edge()?.type === 'conditional' && editor.conditionEdit !== props.id;
  const route = createMemo(() => (shown() ? routeOf(scene, edge()) : undefined));
  return (
    <Show when={shown() && route()}>
      {(present) => <Pill edge={edge() as EdgeView} route={present()} scene={scene} />}
    </Show>
  );
}

function Pill(props: { edge: EdgeView; route: Route; scene: Scene }): JSX.Element {
  const { editor } = props.scene.session;
  const text = (): string => pillText(props.edge) || '…';
  const half = (): number => measureText(text(), 'pill') / 2 + 9;
  const severity = (): 'error' | 'warning' | null =>
    worst(props.scene.diagnostics()?.byEdge(props.edge.id) ?? []);
  const taken = createMemo(() => props.scene.run()?.edgeTaken(props.edge.id));
  return (
    <g
      class="edge pill"
      data-type="conditional"
      data-change={props.scene.changes()?.ofEdge(props.edge.id)}
      classList={{
        'is-selected': editor.selection[props.edge.id] === true,
        'is-hovered': editor.hover?.kind === 'edge' && editor.hover.id === props.edge.id,
        'is-taken': taken() === true,
        'is-untaken': taken() === false,
        'is-unlit': isUnlit(props.scene.session, props.edge.id),
      }}
      transform={`translate(${props.route.pill.x} ${props.route.pill.y})`}
    >
      <rect class="pill-gap" x={-half() - 3} y="-13" width={half() * 2 + 6} height="26" rx="13" />
      <rect class="pill-body" x={-half() + 0.5} y="-9.5" width={half() * 2 - 1} height="19" rx="9.5" />
      <text class="pill-text" y="3.75">
        {text()}
      </text>
      <Show when={severity()}>
        {(known) => (
          <use
            class="pill-problem"
            data-severity={known()}
            href={`#ui-${known()}`}
            x={half() - 5}
            y="-15"
            width="12"
            height="12"
          />
        )}
      </Show>
    </g>
  );
}
