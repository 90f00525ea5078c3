import { createContext, createMemo, useContext, type Accessor } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { CanvasSession } from '../editor/session';
import type { ChangeMark } from '../model/difference';
import type { EdgeView, Finding, NodeView, Point } from '../model/flow';
import { unreachable } from '../model/graph';

export type NodeRunState =
  | 'waiting'
  | 'running'
  | 'streaming'
  | 'suspended'
  | 'paused'
  | 'done'
  | 'failed'
  | 'reused'
  | 'skipped';

/** What a run says of one node. */
export interface NodeRun {
  state: NodeRunState;
  durationMs?: number;
  count?: number;
  /** Epoch milliseconds. */
  startedAt?: number;
  errorType?: string;
  /** Streamed text, the reason of a pause, or who is waited for. */
  text?: string;
  /** In a comparison: that it went another way, or had another value. */
  differs?: 'path' | 'value';
}

export interface RunOverlay {
  nodeState(id: string): NodeRun | undefined;
  edgeTaken(id: string): boolean | undefined;
  readonly active: boolean;
}

/** Two versions of a flow: what makes the other one of this one. */
export interface ChangesOverlay {
  ofNode(id: string): ChangeMark | undefined;
  ofEdge(id: string): ChangeMark | undefined;
}

export interface DiagnosticsOverlay {
  byNode(id: string): readonly Finding[];
  byEdge(id: string): readonly Finding[];
}

/** Another person on the same node. */
export interface PeerMark {
  name: string;
  /** CSS colour of the presence palette. */
  color: string;
  /** The field they edit. */
  field?: string;
}

export interface PeerCursor extends PeerMark {
  id: string;
  at: Point;
}

export interface PeersOverlay {
  ofNode(id: string): PeerMark | undefined;
  cursors(): readonly PeerCursor[];
}

export type Level = 'full' | 'middle' | 'tiles';

/** What every part of the drawing shares. */
export interface Scene {
  readonly session: CanvasSession;
  readonly diagnostics: () => DiagnosticsOverlay | undefined;
  readonly run: () => RunOverlay | undefined;
  readonly changes: () => ChangesOverlay | undefined;
  readonly peers: () => PeersOverlay | undefined;
  readonly readOnly: () => boolean;
  readonly level: Accessor<Level>;
  /** Nodes that no entry leads to. */
  readonly unreached: Accessor<ReadonlySet<string>>;
  /** Raised when the graph's shape changes. */
  readonly structure: Accessor<number>;
  /** Raised when something is drawn elsewhere. */
  readonly geometry: Accessor<number>;
  /** Place of each node in the document, from 0. */
  readonly places: Accessor<ReadonlyMap<string, number>>;
  readonly edgePlaces: Accessor<ReadonlyMap<string, number>>;
  /** Epoch milliseconds, ten times a second while something runs. */
  readonly clock: Accessor<number>;
  readonly canResolve: (id: string) => boolean;
  readonly resolve: (id: string) => void;
}

const SceneContext = createContext<Scene>();
export const SceneProvider = SceneContext.Provider;

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (!scene) throw new Error('a part of the canvas stands outside of it');
  return scene;
}

/** A memo of the graph's shape and of what follows from it. */
export function createShape(
  session: CanvasSession,
): Pick<Scene, 'structure' | 'geometry' | 'unreached' | 'places' | 'edgePlaces'> {
  const structure = createMemo(() => {
    void session.store.meta.revision;
    return session.index.structure;
  });
  const geometry = createMemo(() => {
    void session.store.meta.revision;
    return session.index.geometry;
  });
  const unreached = createMemo<ReadonlySet<string>>(() => {
    structure();
    return unreachable(session.index);
  });
  const places = createMemo(() => placesOf(unwrap(session.store.nodeOrder)));
  const edgePlaces = createMemo(() => placesOf(unwrap(session.store.edgeOrder)));
  return { structure, geometry, unreached, places, edgePlaces };
}

function placesOf(order: readonly string[]): ReadonlyMap<string, number> {
  return new Map(order.map((id, place) => [id, place]));
}

const still: Point = { x: 0, y: 0 };

/** How far a node is moved by the drag under way. */
export function dragShift(session: CanvasSession, id: string): Point {
  if (!session.editor.dragging[id]) return still;
  const { drag } = session.editor;
  return drag && !drag.copy ? { x: drag.dx, y: drag.dy } : still;
}

/** True while a search has found other things. */
export function isUnlit(session: CanvasSession, id: string): boolean {
  const { lit } = session.editor;
  return lit !== null && lit[id] !== true;
}

export function worst(findings: readonly Finding[]): 'error' | 'warning' | null {
  if (findings.some((finding) => finding.severity === 'error')) return 'error';
  return findings.some((finding) => finding.severity === 'warning') ? 'warning' : null;
}

export function worstCount(findings: readonly Finding[]): number {
  const severity = worst(findings);
  return findings.filter((finding) => finding.severity === severity).length;
}

export type { EdgeView, NodeView };
