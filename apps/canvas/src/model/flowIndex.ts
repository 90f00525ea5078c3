import type { EdgeEnd, EdgeView, NodeView, Point, Port, Rect, Side } from './flow';
import { nodeHeight, nodeWidth, portOffset } from './geometry';
import { SpatialGrid } from './grid';
import { portsOf } from './kinds';
import { routeEdge, type Route } from './route';

interface NodeEntry {
  view: NodeView;
  inputs: readonly Port[];
  outputs: readonly Port[];
  rect: Rect;
}

const none: readonly string[] = [];
/** From this far on, pills of edges that share a port move towards their targets, so that they never meet. */
const roomy = 96;
const still: Point = { x: 0, y: 0 };

/**
 * What the tools ask again and again about the graph, kept beside the store and patched with it. Not
 * reactive.
 */
export class FlowIndex {
  readonly nodeGrid = new SpatialGrid();
  readonly edgeGrid = new SpatialGrid();
  routeStyle: 'curve' | 'orthogonal' = 'curve';
  /** Raised when nodes, edges or their types change, not when things only move. */
  structure = 0;
  /** Raised when something is to be drawn elsewhere; a key in a field moves nothing. */
  geometry = 0;
  private readonly nodes_ = new Map<string, NodeEntry>();
  private readonly edges_ = new Map<string, EdgeView>();
  private readonly outgoing_ = new Map<string, string[]>();
  private readonly incoming_ = new Map<string, string[]>();
  private readonly routes_ = new Map<string, Route>();

  clear(): void {
    this.structure++;
    this.geometry++;
    for (const map of [this.nodes_, this.edges_, this.outgoing_, this.incoming_, this.routes_]) map.clear();
    this.nodeGrid.clear();
    this.edgeGrid.clear();
  }

  setNode(view: NodeView): void {
    const { inputs, outputs } = portsOf(view);
    const rect = {
      x: view.position.x,
      y: view.position.y,
      w: nodeWidth,
      h: nodeHeight(inputs.length, outputs.length),
    };
    const old = this.nodes_.get(view.id);
    this.nodes_.set(view.id, { view, inputs, outputs, rect });
    const hasForm =
      old?.view.type === view.type && samePorts(old.inputs, inputs) && samePorts(old.outputs, outputs);
    if (!hasForm) this.structure++;
    if (hasForm && old.rect.x === rect.x && old.rect.y === rect.y) return;
    this.geometry++;
    this.nodeGrid.set(view.id, rect);
    this.reroute_(view.id);
  }

  deleteNode(id: string): void {
    this.structure++;
    this.geometry++;
    this.nodes_.delete(id);
    this.nodeGrid.delete(id);
    this.reroute_(id);
  }

  setEdge(view: EdgeView): void {
    const old = this.edges_.get(view.id);
    this.structure++;
    this.geometry++;
    if (old) {
      this.unlink_(old);
      if (old.source.node !== view.source.node) for (const id of this.siblings_(old)) this.routeOne_(id);
    }
    this.edges_.set(view.id, view);
    push(this.outgoing_, view.source.node, view.id);
    push(this.incoming_, view.target.node, view.id);
    for (const id of this.siblings_(view)) this.routeOne_(id);
  }

  deleteEdge(id: string): void {
    const old = this.edges_.get(id);
    if (!old) return;
    this.structure++;
    this.geometry++;
    this.unlink_(old);
    this.edges_.delete(id);
    this.routes_.delete(id);
    this.edgeGrid.delete(id);
    for (const other of this.siblings_(old)) this.routeOne_(other);
  }

  setRouteStyle(style: 'curve' | 'orthogonal'): void {
    this.routeStyle = style;
    this.geometry++;
    for (const id of this.edges_.keys()) this.routeOne_(id);
  }

  node(id: string): NodeView | undefined {
    return this.nodes_.get(id)?.view;
  }

  edge(id: string): EdgeView | undefined {
    return this.edges_.get(id);
  }

  nodeIds(): Iterable<string> {
    return this.nodes_.keys();
  }

  edgeIds(): Iterable<string> {
    return this.edges_.keys();
  }

  get nodeCount(): number {
    return this.nodes_.size;
  }

  rectOf(id: string): Rect | undefined {
    return this.nodes_.get(id)?.rect;
  }

  ports(id: string, side: Side): readonly Port[] {
    const entry = this.nodes_.get(id);
    if (!entry) return [];
    return side === 'in' ? entry.inputs : entry.outputs;
  }

  outgoing(id: string): readonly string[] {
    return this.outgoing_.get(id) ?? none;
  }

  incoming(id: string): readonly string[] {
    return this.incoming_.get(id) ?? none;
  }

  /** The port an end means: the named one, or the only one of its side. */
  portOf(end: EdgeEnd, side: Side): string {
    return end.port ?? this.ports(end.node, side)[0]?.id ?? '';
  }

  edgesAt(node: string, side: Side, port: string): string[] {
    const ids = side === 'in' ? this.incoming(node) : this.outgoing(node);
    return ids.filter((id) => {
      const edge = this.edges_.get(id);
      return edge !== undefined && this.portOf(side === 'in' ? edge.target : edge.source, side) === port;
    });
  }

  /** Middle of a port; a port that the node does not have is drawn at its first row. */
  portPoint(node: string, side: Side, port: string, offset: Point = still): Point | undefined {
    const entry = this.nodes_.get(node);
    if (!entry) return undefined;
    const ports = side === 'in' ? entry.inputs : entry.outputs;
    const index = Math.max(
      0,
      ports.findIndex((p) => p.id === port),
    );
    return {
      x: entry.rect.x + (side === 'in' ? 0 : nodeWidth) + offset.x,
      y: entry.rect.y + portOffset(index) + offset.y,
    };
  }

  route(id: string): Route | undefined {
    return this.routes_.get(id);
  }

  /**
   * The route with nodes shifted, for edges whose ends are being dragged; undefined while an end is
   * missing.
   */
  routeWith(edge: EdgeView, shift: (node: string) => Point): Route | undefined {
    const from = shift(edge.source.node);
    const to = shift(edge.target.node);
    const source = this.portPoint(edge.source.node, 'out', this.portOf(edge.source, 'out'), from);
    const target = this.portPoint(edge.target.node, 'in', this.portOf(edge.target, 'in'), to);
    const sourceRect = moved(this.rectOf(edge.source.node), from);
    const targetRect = moved(this.rectOf(edge.target.node), to);
    if (!source || !target || !sourceRect || !targetRect) return undefined;
    const leaving = this.edgesAt(edge.source.node, 'out', this.portOf(edge.source, 'out'));
    return routeEdge({
      source,
      target,
      sourceRect,
      targetRect,
      style: this.routeStyle,
      spread: this.spreadOf_(edge),
      pillAt: leaving.length > 1 && target.x - source.x >= roomy ? 0.62 : 0.5,
    });
  }

  private routeOne_(id: string): void {
    const edge = this.edges_.get(id);
    const route = edge && this.routeWith(edge, () => still);
    if (route) {
      this.routes_.set(id, route);
      this.edgeGrid.set(id, route.bounds);
    } else {
      this.routes_.delete(id);
      this.edgeGrid.delete(id);
    }
  }

  private reroute_(node: string): void {
    for (const id of this.outgoing(node)) this.routeOne_(id);
    for (const id of this.incoming(node)) this.routeOne_(id);
  }

  /** Edges that leave the same node: their pills and spreads depend on one another. */
  private siblings_(edge: EdgeView): string[] {
    return [...this.outgoing(edge.source.node)];
  }

  private spreadOf_(edge: EdgeView): number {
    const twins = this.outgoing(edge.source.node).filter((id) => {
      const other = this.edges_.get(id);
      return (
        other?.target.node === edge.target.node &&
        this.portOf(other.source, 'out') === this.portOf(edge.source, 'out') &&
        this.portOf(other.target, 'in') === this.portOf(edge.target, 'in')
      );
    });
    if (twins.length < 2) return 0;
    return (twins.indexOf(edge.id) - (twins.length - 1) / 2) * 12;
  }

  private unlink_(edge: EdgeView): void {
    pull(this.outgoing_, edge.source.node, edge.id);
    pull(this.incoming_, edge.target.node, edge.id);
  }
}

function moved(rect: Rect | undefined, by: Point): Rect | undefined {
  return rect && { ...rect, x: rect.x + by.x, y: rect.y + by.y };
}

function samePorts(a: readonly Port[], b: readonly Port[]): boolean {
  return a.length === b.length && a.every((port, at) => port.id === b[at]?.id);
}

function push(map: Map<string, string[]>, key: string, id: string): void {
  const list = map.get(key);
  if (list) list.push(id);
  else map.set(key, [id]);
}

function pull(map: Map<string, string[]>, key: string, id: string): void {
  const list = map.get(key);
  const at = list?.indexOf(id) ?? -1;
  if (list && at >= 0) list.splice(at, 1);
  if (list?.length === 0) map.delete(key);
}
