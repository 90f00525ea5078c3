import type { EdgeEnd, EdgeType, Side } from './flow';
import type { FlowIndex } from './flowIndex';
import { categoryOf } from './kinds';

export interface PortPlace {
  node: string;
  side: Side;
  port: string;
}

export type Verdict =
  | { status: 'ok'; reason: '' }
  | { status: 'warning'; reason: string }
  | { status: 'refused'; reason: string };

const ok: Verdict = { status: 'ok', reason: '' };
const refused = (reason: string): Verdict => ({ status: 'refused', reason });

/**
 * Whether two ports may be joined (12 section 7.3). Refusals come with the reason that is spoken; a cycle
 * or a type that does not fit is a warning, since the compiler judges those.
 */
export function checkConnection(
  index: FlowIndex,
  a: PortPlace,
  b: PortPlace,
  options: { ignoreEdge?: string | null; type?: EdgeType } = {},
): Verdict {
  if (a.side === b.side)
    return refused(a.side === 'in' ? 'Two inputs cannot be joined' : 'Two outputs cannot be joined');
  const [source, target] = a.side === 'out' ? [a, b] : [b, a];
  if (source.node === target.node && !isLoopBody(index, source))
    return refused('A step cannot follow itself');
  const targetNode = index.node(target.node);
  if (!targetNode || !index.node(source.node)) return refused('That step is gone');
  if (categoryOf(targetNode.type) === 'entry') return refused('An entry has no input');
  const twin = index.edgesAt(source.node, 'out', source.port).some((id) => {
    const edge = index.edge(id);
    return (
      edge &&
      id !== options.ignoreEdge &&
      edge.target.node === target.node &&
      index.portOf(edge.target, 'in') === target.port
    );
  });
  if (twin) return refused('These ports are joined already');
  if (options.type !== 'data' && makesCycle(index, source, target.node, options.ignoreEdge ?? null)) {
    return { status: 'warning', reason: 'Makes a cycle' };
  }
  return typeVerdict(index, source, target);
}

function isLoopBody(index: FlowIndex, source: PortPlace): boolean {
  return index.node(source.node)?.type === 'logic_loop' && source.port === 'body';
}

/** Class of a port type, which picks its shape and colour (look.md, Ports). */
export type PortClass = 'object' | 'text' | 'list' | 'any';

export function portClass(type: string | undefined): PortClass {
  const name = (type ?? 'object').trim().toLowerCase();
  if (name === 'string' || name === 'text') return 'text';
  if (/^(array|list)\b/.test(name)) return 'list';
  if (name === 'any' || name === 'json') return 'any';
  return 'object';
}

function typeVerdict(index: FlowIndex, source: PortPlace, target: PortPlace): Verdict {
  const from = index.ports(source.node, 'out').find((p) => p.id === source.port)?.type;
  const to = index.ports(target.node, 'in').find((p) => p.id === target.port)?.type;
  const [given, wanted] = [portClass(from), portClass(to)];
  if (given === wanted || given === 'any' || wanted === 'any' || wanted === 'object') return ok;
  return { status: 'warning', reason: `Gives ${from ?? 'object'}, takes ${to ?? 'object'}` };
}

/**
 * True when control could come back to `source` through the new edge. Going back into a loop from its body
 * is no cycle.
 */
function makesCycle(index: FlowIndex, source: PortPlace, target: string, ignore: string | null): boolean {
  const seen = new Set<string>();
  const waiting = [target];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === source.node) return !loopCloses(index, source.node, target);
    if (seen.has(id)) continue;
    seen.add(id);
    for (const edgeId of index.outgoing(id)) {
      const edge = index.edge(edgeId);
      if (edge && edgeId !== ignore && edge.type !== 'data') waiting.push(edge.target.node);
    }
  }
  return false;
}

/** The body of a loop may lead back to its loop (02 section 4.2). */
function loopCloses(index: FlowIndex, source: string, target: string): boolean {
  if (index.node(target)?.type !== 'logic_loop') return false;
  const body = index.edgesAt(target, 'out', 'body').map((id) => index.edge(id)?.target.node ?? '');
  return (
    source === target || body.includes(source) || body.some((start) => reaches(index, start, source, target))
  );
}

function reaches(index: FlowIndex, from: string, to: string, without: string): boolean {
  return walk(index, [from], 'out', without).has(to);
}

/** Everything that can be reached along edges, the starts included. */
export function walk(index: FlowIndex, starts: Iterable<string>, side: Side, without?: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id) || id === without || !index.node(id)) continue;
    seen.add(id);
    for (const edgeId of side === 'out' ? index.outgoing(id) : index.incoming(id)) {
      const edge = index.edge(edgeId);
      if (edge) waiting.push(side === 'out' ? edge.target.node : edge.source.node);
    }
  }
  return seen;
}

/** Nodes that no entry leads to; none while the flow has no entry. */
export function unreachable(index: FlowIndex): Set<string> {
  const entries = [...index.nodeIds()].filter((id) => categoryOf(index.node(id)?.type ?? '') === 'entry');
  if (entries.length === 0) return new Set();
  const reached = walk(index, entries, 'out');
  return new Set([...index.nodeIds()].filter((id) => !reached.has(id)));
}

/** First free port of a side, else its first. */
export function firstPort(index: FlowIndex, node: string, side: Side): string | null {
  const ports = index.ports(node, side);
  const free = ports.find((port) => index.edgesAt(node, side, port.id).length === 0);
  return (free ?? ports[0])?.id ?? null;
}

/** The first port of `node` that would take an edge from `from`, the free ones tried first. */
export function firstCompatible(
  index: FlowIndex,
  from: PortPlace,
  node: string,
  ignoreEdge: string | null = null,
): { place: PortPlace; verdict: Verdict } | null {
  const side: Side = from.side === 'out' ? 'in' : 'out';
  const ports = [...index.ports(node, side)].sort(
    (a, b) => index.edgesAt(node, side, a.id).length - index.edgesAt(node, side, b.id).length,
  );
  let fallback: { place: PortPlace; verdict: Verdict } | null = null;
  for (const port of ports) {
    const place = { node, side, port: port.id };
    const verdict = checkConnection(index, from, place, { ignoreEdge });
    if (verdict.status === 'ok') return { place, verdict };
    if (!fallback || (fallback.verdict.status === 'refused' && verdict.status === 'warning'))
      fallback = { place, verdict };
  }
  return fallback;
}

/** What a new edge from this port is (7.3): conditional from a decision, data with Alt, else sequential. */
export function edgeTypeFor(index: FlowIndex, source: EdgeEnd, alt: boolean): EdgeType {
  if (alt) return 'data';
  return index.node(source.node)?.type === 'logic_decision' ? 'conditional' : 'sequential';
}

/** True when a decision has conditions but no fallback, so that `else` is offered. */
export function wantsElse(index: FlowIndex, node: string, except?: string): boolean {
  const arms = index
    .outgoing(node)
    .map((id) => index.edge(id))
    .filter((edge) => edge && edge.id !== except);
  return arms.length > 0 && !arms.some((edge) => edge?.type === 'sequential' || isElse(edge?.condition));
}

export function isElse(condition: string | undefined): boolean {
  return condition?.trim().toLowerCase() === 'else';
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Where the focus goes from a node (8.2 `nav.move`). */
export function neighbour(index: FlowIndex, id: string, direction: Direction): string | null {
  if (direction === 'right')
    return firstBy(
      index,
      index.outgoing(id).map((e) => index.edge(e)?.target.node ?? ''),
    );
  if (direction === 'left')
    return firstBy(
      index,
      index.incoming(id).map((e) => index.edge(e)?.source.node ?? ''),
    );
  return sibling(index, id, direction);
}

function firstBy(index: FlowIndex, ids: string[]): string | null {
  return (
    ids
      .filter((id) => index.node(id))
      .sort((a, b) => (index.rectOf(a)?.y ?? 0) - (index.rectOf(b)?.y ?? 0))[0] ?? null
  );
}

/** The nearest node above or below, favouring the same column. */
function sibling(index: FlowIndex, id: string, direction: 'up' | 'down'): string | null {
  const own = index.rectOf(id);
  if (!own) return null;
  let best: string | null = null;
  let bestCost = Infinity;
  for (const other of index.nodeIds()) {
    const rect = index.rectOf(other);
    if (!rect || other === id) continue;
    const dy = direction === 'down' ? rect.y - own.y : own.y - rect.y;
    if (dy <= 0) continue;
    const cost = dy + Math.abs(rect.x - own.x) * 2;
    if (cost < bestCost) {
      bestCost = cost;
      best = other;
    }
  }
  return best;
}
