import { createEffect, createSignal, on, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import { fit } from '../model/camera';
import { union } from '../model/geometry';
import { announce } from '../ui/announcer';
import { createCamera, type CameraView } from './camera';
import './canvas.css';
import { ContextMenu } from './ContextMenu';
import { createGlide } from './glide';
import { InlineEditors } from './InlineEditors';
import { CanvasInput } from './input';
import { Minimap } from './Minimap';
import { MissingBar } from './MissingBar';
import { PeerCursors } from './PeerMarks';
import { PlaceChip } from './PlaceChip';
import { QuickAdd } from './QuickAdd';
import { RunBubbles } from './RunOverlay';
import {
  createShape,
  SceneProvider,
  useScene,
  type ChangesOverlay,
  type DiagnosticsOverlay,
  type PeersOverlay,
  type RunOverlay,
  type Scene,
} from './scene';
import { SelectionBar } from './SelectionBar';
import { texts } from './texts';
import { Verdict } from './Verdict';
import { World } from './World';
import { ZoomBar } from './ZoomBar';

export type {
  ChangesOverlay,
  DiagnosticsOverlay,
  NodeRun,
  NodeRunState,
  PeerMark,
  PeersOverlay,
  RunOverlay,
} from './scene';

export interface FlowCanvasProps {
  session: CanvasSession;
  diagnostics?: DiagnosticsOverlay;
  run?: RunOverlay | undefined;
  changes?: ChangesOverlay | undefined;
  peers?: PeersOverlay | undefined;
  readOnly?: boolean;
  /** A node is opened: double click, Enter. */
  onOpenNode?: (id: string) => void;
  onRunFrom?: (id: string) => void;
  /** Who may answer the checkpoint of a node gets a button there. */
  canResolve?: (id: string) => boolean;
  onResolve?: (id: string) => void;
  /** `fit` shows the whole flow when the canvas opens, `keep` the viewport that the session has. */
  view?: 'fit' | 'keep';
  /** Further things that float over the graph. */
  children?: JSX.Element;
}

/** The canvas: the graph, everything that floats on it, and the one place where events come in. */
export function FlowCanvas(props: FlowCanvasProps): JSX.Element {
  const session = props.session;
  const camera = createCamera(session);
  const scene = createScene(props, camera);
  let root: HTMLDivElement | undefined;
  let host: HTMLDivElement | undefined;

  bindRequests(props, session);
  speak(session);
  createEffect(() => session.setReadOnly(props.readOnly === true));
  onMount(() => {
    if (!root || !host) return;
    const watch = watchSize(session, root, props.view ?? 'fit');
    const stop = listen(session, host);
    onCleanup(() => {
      watch.disconnect();
      stop();
    });
  });
  return (
    <SceneProvider value={scene}>
      <div
        ref={root}
        class="flow-canvas"
        data-tool={session.editor.tool}
        data-hover={session.editor.hover?.kind}
      >
        <div
          ref={host}
          class="flow-host"
          tabindex="0"
          role="application"
          aria-roledescription="flow canvas"
          aria-label={`${texts.canvas}: ${session.store.meta.name}`}
          aria-description={texts.canvasHelp}
          aria-activedescendant={activeId(session)}
          onFocusIn={(event) => {
            const byKey = event.currentTarget.matches(':focus-visible') && !session.tools.busy;
            if (byKey) enterByKey(session);
          }}
          onFocusOut={() => session.context.set('keyboard', false)}
        >
          <World camera={camera} />
        </div>
        <Overlays />
        {props.children}
      </div>
    </SceneProvider>
  );
}

/** What floats over the graph. */
function Overlays(): JSX.Element {
  const { session } = useScene();
  return (
    <>
      <PeerCursors />
      <RunBubbles />
      <SelectionBar />
      <InlineEditors />
      <Verdict />
      <ZoomBar />
      <Minimap />
      <QuickAdd />
      <ContextMenu />
      <MissingBar />
      <PlaceChip />
      <Show when={session.editor.layoutBusy}>
        <div class="float-bar busy-bar" role="status">
          {texts.layoutBusy}
        </div>
      </Show>
    </>
  );
}

function createScene(props: FlowCanvasProps, camera: CameraView): Scene {
  const session = props.session;
  return {
    session,
    clock: createClock(() => props.run),
    level: camera.level,
    ...createShape(session),
    diagnostics: () => props.diagnostics,
    run: () => props.run,
    changes: () => props.changes,
    peers: () => props.peers,
    readOnly: () => props.readOnly === true || session.store.meta.access === 'view',
    canResolve: (id) => props.canResolve?.(id) ?? false,
    resolve: (id) => props.onResolve?.(id),
  };
}

/** What the editor announces goes to the live regions of the page. */
function speak(session: CanvasSession): void {
  const say = (): void => {
    const { text, assertive } = session.editor.announcement;
    if (text) announce(text, assertive ? 'assertive' : 'polite');
  };
  createEffect(on(() => session.editor.announcement.serial, say, { defer: true }));
}

/** Reached by Tab, the canvas focuses something: the arrows lead somewhere, and it can be seen. */
function enterByKey(session: CanvasSession): void {
  session.context.set('keyboard', true);
  if (activeId(session) === undefined) session.commands.run('nav.first');
}

/** The element of the focused step or connection. */
function activeId(session: CanvasSession): string | undefined {
  const { focus } = session.editor;
  if (!focus) return undefined;
  if (session.store.nodes[focus]) return `step-${focus}`;
  return session.store.edges[focus] ? `edge-${focus}` : undefined;
}

function bindRequests(props: FlowCanvasProps, session: CanvasSession): void {
  const { glide, stop } = createGlide(session);
  session.requests.glide = glide;
  session.requests.openNode = (id) => props.onOpenNode?.(id);
  if (props.onRunFrom) session.requests.runFrom = (id) => props.onRunFrom?.(id);
  onCleanup(() => {
    stop();
    delete session.requests.glide;
    delete session.requests.openNode;
    delete session.requests.runFrom;
  });
}

/** Keeps the size of the view, and shows the whole flow once it is known. */
function watchSize(session: CanvasSession, root: HTMLElement, view: 'fit' | 'keep'): ResizeObserver {
  let first = view === 'fit';
  const take = (): void => {
    const { clientWidth: w, clientHeight: h } = root;
    if (w === 0 || h === 0) return;
    session.context.set('size', { w, h });
    if (!first) return;
    first = false;
    const { index, store } = session;
    const box = union(store.nodeOrder.map((id) => index.rectOf(id)).filter((rect) => rect !== undefined));
    session.context.set('viewport', box ? fit(box, { w, h }) : { x: w / 2, y: h / 2, k: 1 });
  };
  take();
  const observer = new ResizeObserver(take);
  observer.observe(root);
  return observer;
}

/**
 * Pointer, wheel, key and clipboard events of the host; while something is placed, those of the whole
 * window.
 */
function listen(session: CanvasSession, host: HTMLElement): () => void {
  const input = new CanvasInput(session, host);
  const own: [string, (event: never) => void, AddEventListenerOptions?][] = [
    ['pointerdown', input.pointerDown],
    ['pointermove', input.pointerMove],
    ['pointerup', input.pointerUp],
    ['pointercancel', input.pointerCancel],
    ['pointerleave', input.pointerLeave],
    ['wheel', input.wheel, { passive: false }],
    ['contextmenu', input.contextMenu],
    ['keydown', input.keyDown],
    ['keyup', input.keyUp],
    ['copy', input.copy],
    ['cut', input.cut],
    ['paste', input.paste],
  ];
  for (const [name, handler, options] of own) host.addEventListener(name, handler as EventListener, options);
  const wide = new AbortController();
  const placing = (): boolean => session.editor.tool === 'placing';
  const outside = (event: Event): boolean => placing() && !host.contains(event.target as Node);
  window.addEventListener('pointermove', (event) => outside(event) && input.pointerMove(event), {
    signal: wide.signal,
  });
  window.addEventListener('pointerup', (event) => outside(event) && input.pointerUp(event), {
    signal: wide.signal,
  });
  window.addEventListener(
    'keydown',
    (event) => {
      if (placing() && event.key === 'Escape') session.tools.cancel();
    },
    { signal: wide.signal },
  );
  return () => {
    for (const [name, handler] of own) host.removeEventListener(name, handler as EventListener);
    wide.abort();
    input.dispose();
  };
}

/** The time, ten times a second, while a run goes on. */
function createClock(run: () => RunOverlay | undefined): () => number {
  const [now, setNow] = createSignal(Date.now());
  createEffect(() => {
    if (!run()?.active) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 100);
    onCleanup(() => clearInterval(timer));
  });
  return now;
}
