import type { Side } from '../model/flow';
import { firstPort } from '../model/graph';
import { kindOf } from '../model/kinds';
import type { ToolContext } from './tools/context';

type Context = Pick<ToolContext, 'index' | 'writes'>;

/** The port an edge takes on a node; `kind` helps where the node was added in the same step. */
export function portFor(
  ctx: Pick<ToolContext, 'index'>,
  node: string,
  side: Side,
  kind?: string,
): string | null {
  if (ctx.index.node(node) || kind === undefined) return firstPort(ctx.index, node, side);
  const spec = kindOf(kind);
  return (side === 'in' ? spec?.inputs : spec?.outputs)?.[0]?.id ?? null;
}

/**
 * Puts a node into an edge: the edge now ends at the node, a new one goes on. The condition stays on the
 * first part.
 */
export function insertOnEdge(ctx: Context, edgeId: string, node: string, kind?: string): void {
  const edge = ctx.index.edge(edgeId);
  const input = portFor(ctx, node, 'in', kind);
  const output = portFor(ctx, node, 'out', kind);
  if (!edge || input === null || output === null) return;
  const target = { ...edge.target };
  ctx.writes.transact('insert step', () => {
    ctx.writes.updateEdge(edgeId, { target: { node, port: input } });
    ctx.writes.addEdge({
      type: edge.type === 'data' ? 'data' : 'sequential',
      source: { node, port: output },
      target,
    });
  });
}
