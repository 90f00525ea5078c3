import type { EdgeType } from '../../model/flow';
import type { Command, CommandContext } from '../commands';
import { keyReconnecting } from '../tools/keyConnecting';
import { labelOf } from '../tools/context';
import { subjectEdges } from './subject';

/** The one edge a command acts on. */
function single(ctx: CommandContext): string | undefined {
  const edges = subjectEdges(ctx);
  return edges.length === 1 ? edges[0] : undefined;
}

function editable(ctx: CommandContext): boolean {
  return ctx.mayEdit() && single(ctx) !== undefined;
}

function retype(ctx: CommandContext, type: EdgeType): void {
  const id = single(ctx);
  const edge = id === undefined ? undefined : ctx.index.edge(id);
  if (id === undefined || !edge || edge.type === type) return;
  ctx.writes.updateEdge(id, type === 'conditional' ? { type, condition: edge.condition ?? '' } : { type });
  ctx.announce(`Now ${type}, from ${labelOf(ctx, edge.source.node)} to ${labelOf(ctx, edge.target.node)}`);
  if (type === 'conditional') ctx.set('conditionEdit', id);
}

function typeCommand(type: EdgeType, title: string): Command {
  return {
    id: `edge.${type}`,
    title,
    keys: [],
    scope: 'canvas',
    when: (ctx) => editable(ctx) && ctx.index.edge(single(ctx) ?? '')?.type !== type,
    run: (ctx) => retype(ctx, type),
  };
}

export const edgeCommands: readonly Command[] = [
  {
    id: 'edge.condition',
    title: 'Edit the condition',
    keys: [],
    scope: 'canvas',
    when: (ctx) => editable(ctx) && ctx.index.edge(single(ctx) ?? '')?.type === 'conditional',
    run: (ctx) => ctx.set('conditionEdit', single(ctx) ?? null),
  },
  typeCommand('sequential', 'Make sequential'),
  typeCommand('conditional', 'Make conditional'),
  typeCommand('data', 'Make a data connection'),
  {
    id: 'edge.changeStart',
    title: 'Change start',
    keys: [],
    scope: 'canvas',
    when: editable,
    run: (ctx) => ctx.tools.start(keyReconnecting(ctx, single(ctx) ?? '', 'source')),
  },
  {
    id: 'edge.changeEnd',
    title: 'Change end',
    keys: [],
    scope: 'canvas',
    when: editable,
    run: (ctx) => ctx.tools.start(keyReconnecting(ctx, single(ctx) ?? '', 'target')),
  },
];
