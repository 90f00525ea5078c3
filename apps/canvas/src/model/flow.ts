/** The flow document (spec 01) as the canvas holds it. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Port {
  id: string;
  label?: string;
  type?: string;
}

export type Side = 'in' | 'out';
export type EdgeType = 'sequential' | 'conditional' | 'data';

/** One end of an edge; `port` is absent where the side has one port only (01 section 3.4). */
export interface EdgeEnd {
  node: string;
  port?: string;
}

export interface FlowNode {
  id: string;
  type: string;
  label: string;
  position: { x: number; y: number };
  config?: JsonObject;
  inputs?: Port[];
  outputs?: Port[];
}

export interface FlowEdge {
  id: string;
  type: EdgeType;
  source: EdgeEnd;
  target: EdgeEnd;
  condition?: string;
}

export interface ModelRow {
  role: string;
  ref: string;
  model: string;
  temperature?: number;
  modalities?: string[];
  system_context?: string;
  fallback?: { ref: string; model: string }[];
}

export interface VariableRow {
  name: string;
  type?: string;
  default?: Json;
  description?: string;
  persist?: boolean;
}

export interface QueueRow {
  slug: string;
  display_name?: string;
  description?: string;
  consumer_mode?: string;
  max_retries?: number;
  purpose?: string;
}

export interface FixtureRow {
  name: string;
  entry?: string;
  input: JsonObject;
  mocks?: JsonObject;
  expect?: JsonObject;
}

/** `config` without the lists that have a place of their own in the store. */
export interface FlowConfig {
  core_identity: JsonObject & { models?: Json };
  [key: string]: Json;
}

/** A whole document. Members that this type does not know are kept (01 section 7). */
export interface FlowDocument {
  $schema?: string;
  id: string;
  name: string;
  version: string;
  scaicore_target?: string;
  metadata?: JsonObject;
  nodes: FlowNode[];
  edges: FlowEdge[];
  variables?: VariableRow[];
  config: JsonObject;
  tests?: FixtureRow[];
}

/** A node in the store: everything of the document, with defaults filled where reading needs them. */
export interface NodeView {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly position: Point;
  readonly config: JsonObject;
  /** As written in the document; empty means the ports of the kind (see `portsOf`). */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface EdgeView {
  readonly id: string;
  readonly type: EdgeType;
  readonly source: EdgeEnd;
  readonly target: EdgeEnd;
  readonly condition?: string;
}

/** What the drawing needs to know of a finding; the compiler's diagnostics fit this shape. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
}
