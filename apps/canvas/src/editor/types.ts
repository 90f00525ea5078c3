import type * as Y from 'yjs';
import type { Camera } from '../model/camera';
import type { DocumentSource } from '../model/change';
import type {
  EdgeEnd,
  EdgeType,
  EdgeView,
  FixtureRow,
  FlowDocument,
  Json,
  JsonObject,
  ModelRow,
  NodeView,
  Point,
  Port,
  QueueRow,
  Rect,
  Side,
  VariableRow,
} from '../model/flow';

export type Access = 'view' | 'edit' | 'deploy' | 'admin';

export interface FlowMeta {
  /** null until the server has a row for the flow. */
  flowId: string | null;
  name: string;
  description: string;
  version: string;
  savedVersion: string | null;
  access: Access;
  dirty: boolean;
  saving: boolean;
  /** Raised with every change of the document; previews and drafts follow it. */
  revision: number;
}

/** The document as Solid reads it: written by the projection alone (spec 12 section 3). */
export interface FlowStore {
  meta: FlowMeta;
  nodes: Record<string, NodeView>;
  edges: Record<string, EdgeView>;
  nodeOrder: string[];
  edgeOrder: string[];
  metadata: JsonObject;
  /** FlowConfig without `core_identity.models` and `scaiqueue.queues`, which are `models` and `queues`. */
  config: JsonObject;
  models: ModelRow[];
  queues: QueueRow[];
  variables: VariableRow[];
  tests: FixtureRow[];
  /** Top-level members the format does not know. */
  unknown: JsonObject;
}

export interface Viewport {
  /** screen = world * k + (x, y) */
  x: number;
  y: number;
  k: number;
}

export type ToolName =
  | 'idle'
  | 'pressing'
  | 'dragging'
  | 'connecting'
  | 'reconnecting'
  | 'marquee'
  | 'panning'
  | 'placing'
  | 'keyConnecting';

export interface PortRef {
  node: string;
  side: Side;
  port: string;
}

export type ConnectStatus = 'open' | 'ok' | 'warning' | 'refused';

/** The edge under the hand: from a fixed port to a point or to the port it would take. */
export interface ConnectPreview {
  from: PortRef;
  point: Point;
  to: PortRef | null;
  status: ConnectStatus;
  reason: string;
  type: EdgeType;
  /** The edge being rewired, which is not drawn meanwhile. */
  edge: string | null;
}

export interface DragPreview {
  dx: number;
  dy: number;
  copy: boolean;
}

export interface PlacePreview {
  kind: string;
  /** Top left of the node to be, in world units; null while the pointer is not over the canvas. */
  at: Point | null;
  /** The pointer in client pixels, for the chip that is dragged out of the palette. */
  client: Point;
}

export interface Guide {
  axis: 'x' | 'y';
  at: number;
  from: number;
  to: number;
}

export interface QuickAddState {
  /** Where the new node's input (or its middle) goes, world units. */
  at: Point;
  /** The port the new node is connected to. */
  from: PortRef | null;
  /** The edge it is inserted into. */
  edge: string | null;
  type: EdgeType;
}

export interface MenuState {
  screen: Point;
  target: { kind: 'canvas' | 'node' | 'edge'; id: string | null };
}

export type HoverRef = { kind: 'node' | 'edge' | 'port'; id: string; side?: Side; port?: string };

export interface EditorState {
  viewport: Viewport;
  size: { w: number; h: number };
  /** Where the view is moving to; null while it stands still. */
  gliding: Camera | null;
  /** Node and edge ids. */
  selection: Record<string, true>;
  /** What a search has found, everything else is dimmed; null while nothing is searched. */
  lit: Record<string, true> | null;
  focus: string | null;
  hover: HoverRef | null;
  tool: ToolName;
  dragging: Record<string, true>;
  drag: DragPreview | null;
  /** The edge that a dropped node would be inserted into. */
  insertEdge: string | null;
  connect: ConnectPreview | null;
  marquee: Rect | null;
  guides: Guide[];
  place: PlacePreview | null;
  quickAdd: QuickAddState | null;
  menu: MenuState | null;
  rename: string | null;
  conditionEdit: string | null;
  sessionBreakpoints: Record<string, true>;
  routeStyle: 'curve' | 'orthogonal';
  snap: boolean;
  minimap: boolean;
  /** True while the canvas holds the keyboard; its focus ring is drawn only then. */
  keyboard: boolean;
  layoutBusy: boolean;
  announcement: { text: string; assertive: boolean; serial: number };
}

/** What the editor asks of the page around it. */
export interface EditorRequests {
  openNode?: (id: string, field?: string) => void;
  runFrom?: (id: string) => void;
  /** Eases the view to a camera; without it the view jumps. */
  glide?: (camera: { x: number; y: number; k: number }) => void;
}

export interface NewEdge {
  type: EdgeType;
  source: EdgeEnd;
  target: EdgeEnd;
  condition?: string;
}

export interface EdgePatch {
  type?: EdgeType;
  source?: EdgeEnd;
  target?: EdgeEnd;
  /** undefined removes the condition. */
  condition?: string | undefined;
}

/** Typed writes into the Y.Doc; each call is one undo step unless it stands inside `transact`. */
export interface FlowWrites {
  addNode(kind: string, at: Point, config?: JsonObject): string;
  removeNodes(ids: readonly string[]): void;
  setNodeLabel(id: string, label: string): void;
  setNodeConfig(id: string, field: string, value: Json | undefined): void;
  replaceNodeConfig(id: string, config: JsonObject): void;
  setNodePorts(id: string, side: Side, ports: readonly Port[]): void;
  moveNodes(positions: Readonly<Record<string, Point>>): void;
  addEdge(edge: NewEdge): string;
  updateEdge(id: string, patch: EdgePatch): void;
  removeEdges(ids: readonly string[]): void;
  /** Puts the edges of a decision in this order; edges not named keep their place after them. */
  orderEdges(ids: readonly string[]): void;
  setFlowName(name: string): void;
  setFlowDescription(text: string): void;
  setConfig(path: readonly string[], value: Json | undefined): void;
  setModels(rows: readonly ModelRow[]): void;
  setQueues(rows: readonly QueueRow[]): void;
  setVariables(rows: readonly VariableRow[]): void;
  setTests(rows: readonly FixtureRow[]): void;
  /** One undo step with a label that is read out: "Undo: delete 3 nodes". */
  transact<T>(label: string, fn: () => T): T;
}

export interface SessionMeta {
  flowId?: string | null;
  savedVersion?: string | null;
  access?: Access;
}

export interface FlowSession {
  readonly doc: Y.Doc;
  readonly store: FlowStore;
  readonly editor: EditorState;
  readonly writes: FlowWrites;
  undo(): void;
  redo(): void;
  /** Reactive. */
  canUndo(): boolean;
  canRedo(): boolean;
  toJSON(): FlowDocument;
  /** The document with what changes in it, for one reader; `stop` ends it. */
  follow(): DocumentSource & { stop: () => void };
  /** Another document takes the place of this one; the history starts anew. */
  replaceAll(doc: FlowDocument): void;
  /** After a save: the version the server wrote. */
  markSaved(version: string, flowId?: string): void;
  setMeta(patch: Partial<Pick<FlowMeta, 'flowId' | 'version' | 'access' | 'saving'>>): void;
  /** The shared text of a `prompt` or `area` field, for an editor binding; undefined for other fields. */
  textOf(node: string, field: string): Y.Text | undefined;
  dispose(): void;
}
