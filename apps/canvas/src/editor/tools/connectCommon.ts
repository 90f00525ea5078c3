import type { EdgeType } from '../../model/flow';
import {
  checkConnection,
  edgeTypeFor,
  firstCompatible,
  type PortPlace,
  type Verdict,
} from '../../model/graph';
import { nearestPort, nodeAt } from '../../model/hitTest';
import type { ConnectPreview, PortRef } from '../types';
import { labelOf, type PointerSample, type ToolContext } from './context';

/** What the loose end of an edge is over, and whether it may stay there. */
export function aim(
  ctx: ToolContext,
  from: PortRef,
  sample: PointerSample,
  rewired: string | null,
): ConnectPreview {
  const type = rewired
    ? (ctx.index.edge(rewired)?.type ?? 'sequential')
    : edgeTypeFor(ctx.index, { node: from.node }, sample.alt);
  const open: ConnectPreview = {
    from,
    point: sample.world,
    to: null,
    status: 'open',
    reason: '',
    type,
    edge: rewired,
  };
  const found = target(ctx, from, sample, rewired, type);
  if (!found) return open;
  return { ...open, to: found.place, status: found.verdict.status, reason: found.verdict.reason };
}

function target(
  ctx: ToolContext,
  from: PortRef,
  sample: PointerSample,
  rewired: string | null,
  type: EdgeType,
): { place: PortPlace; verdict: Verdict } | null {
  const reach = 16 / Math.min(1, ctx.editor.viewport.k);
  const near = nearestPort(ctx.index, sample.world, reach);
  const own = near?.node === from.node && near.side === from.side && near.port === from.port;
  if (near && !own && (near.side !== from.side || near.node !== from.node)) {
    const place = { node: near.node, side: near.side, port: near.port };
    const verdict = checkConnection(ctx.index, from, place, { ignoreEdge: rewired, type });
    if (verdict.status !== 'refused' || near.side !== from.side) return { place, verdict };
  }
  const node = nodeAt(ctx.index, sample.world, (id) => ctx.editor.selection[id] === true);
  if (!node || node === from.node) return null;
  return (
    firstCompatible(ctx.index, from, node, rewired) ?? {
      place: { node, side: from.side === 'out' ? 'in' : 'out', port: '' },
      verdict: noPort(from),
    }
  );
}

function noPort(from: PortRef): Verdict {
  return {
    status: 'refused',
    reason: from.side === 'out' ? 'An entry has no input' : 'That step has no output',
  };
}

/** Writes the edge of a finished gesture; its id, or null when it was refused. */
export function connect(ctx: ToolContext, preview: ConnectPreview): string | null {
  if (!preview.to) return null;
  if (preview.status === 'refused') {
    ctx.announce(preview.reason, 'assertive');
    return null;
  }
  const [source, target] =
    preview.from.side === 'out' ? [preview.from, preview.to] : [preview.to, preview.from];
  const type = preview.type === 'data' ? 'data' : edgeTypeFor(ctx.index, { node: source.node }, false);
  const id = ctx.writes.addEdge({
    type,
    source: { node: source.node, port: source.port },
    target: { node: target.node, port: target.port },
    ...(type === 'conditional' ? { condition: '' } : {}),
  });
  if (type === 'conditional') ctx.set('conditionEdit', id);
  const warning = preview.status === 'warning' ? `. ${preview.reason}` : '';
  ctx.announce(`Connected ${labelOf(ctx, source.node)} to ${labelOf(ctx, target.node)}${warning}`);
  return id;
}

/** Writes the new end of an edge, or says why it may not go there. */
export function rewire(
  ctx: ToolContext,
  preview: ConnectPreview,
  edge: string,
  end: 'source' | 'target',
): void {
  if (preview.status === 'refused' || !preview.to) {
    ctx.announce(preview.reason, 'assertive');
    return;
  }
  ctx.writes.updateEdge(edge, { [end]: { node: preview.to.node, port: preview.to.port } });
  ctx.announce(`Reconnected to ${labelOf(ctx, preview.to.node)}`);
}

/** The end that stays while the other one is moved. */
export function fixedEnd(ctx: ToolContext, id: string, moving: 'source' | 'target'): PortRef | null {
  const edge = ctx.index.edge(id);
  if (!edge) return null;
  return moving === 'source'
    ? { node: edge.target.node, side: 'in', port: ctx.index.portOf(edge.target, 'in') }
    : { node: edge.source.node, side: 'out', port: ctx.index.portOf(edge.source, 'out') };
}
