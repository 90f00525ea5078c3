import { walk } from '../../model/graph';
import { categoryOf } from '../../model/kinds';
import type { Command, CommandContext } from '../commands';
import { copyText, duplicateNodes, pasteText } from '../duplicate';
import { keyConnecting } from '../tools/keyConnecting';
import { select } from '../tools/context';
import { hasSubject, nameOf, subjectEdges, subjectNodes } from './subject';

const editable = (ctx: CommandContext): boolean => ctx.mayEdit();
const withSubject = (ctx: CommandContext): boolean => ctx.mayEdit() && hasSubject(ctx);
const withNodes = (ctx: CommandContext): boolean => ctx.mayEdit() && subjectNodes(ctx).length > 0;

function removeSubject(ctx: CommandContext): void {
  const nodes = subjectNodes(ctx);
  const edges = subjectEdges(ctx);
  const next = neighbourOf(ctx, nodes);
  const label =
    nodes.length === 1
      ? 'delete step'
      : nodes.length > 1
        ? `delete ${nodes.length} steps`
        : 'delete connection';
  const said = nodes.length > 0 ? nameOf(ctx, nodes) : 'connection';
  ctx.writes.transact(label, () => {
    ctx.writes.removeEdges(edges);
    ctx.writes.removeNodes(nodes);
  });
  select(ctx, []);
  ctx.set('focus', next);
  ctx.announce(`Deleted ${said}`);
}

/** Where the focus goes when its node is deleted: never lost. */
function neighbourOf(ctx: CommandContext, gone: readonly string[]): string | null {
  for (const id of gone) {
    for (const edge of ctx.index.incoming(id)) {
      const node = ctx.index.edge(edge)?.source.node;
      if (node && !gone.includes(node)) return node;
    }
  }
  for (const id of ctx.index.nodeIds()) if (!gone.includes(id)) return id;
  return null;
}

/** Deletes a node and joins its one edge in to its one edge out. */
function deleteHeal(ctx: CommandContext): void {
  const nodes = subjectNodes(ctx);
  ctx.writes.transact('delete step', () => {
    for (const id of nodes) {
      const [into, ...moreIn] = ctx.index.incoming(id);
      const [out, ...moreOut] = ctx.index.outgoing(id);
      const next = out && ctx.index.edge(out);
      if (into && next && moreIn.length === 0 && moreOut.length === 0) {
        ctx.writes.updateEdge(into, { target: { ...next.target } });
      }
      ctx.writes.removeNodes([id]);
    }
  });
  select(ctx, []);
  ctx.announce(`Deleted ${nameOf(ctx, nodes)}`);
}

function copy(ctx: CommandContext): void {
  const nodes = subjectNodes(ctx);
  if (nodes.length === 0) return;
  void ctx.clipboard.write(copyText(ctx, nodes));
  ctx.announce(`Copied ${nameOf(ctx, nodes)}`);
}

/** Puts clipboard text into the flow; whether it held steps. */
export function pasteInto(ctx: CommandContext, text: string): boolean {
  const pasted = pasteText(ctx, text, ctx.pointer());
  if (!pasted) {
    ctx.announce('The clipboard holds no steps', 'assertive');
    return false;
  }
  select(ctx, pasted.ids);
  ctx.set('focus', pasted.ids[0] ?? null);
  ctx.pasted(pasted.missing);
  ctx.announce(`Pasted ${nameOf(ctx, pasted.ids)}`);
  return true;
}

function toggleBreakpoint(ctx: CommandContext): void {
  const nodes = subjectNodes(ctx).filter((id) => categoryOf(ctx.index.node(id)?.type ?? '') !== 'entry');
  const on = nodes.some((id) => ctx.index.node(id)?.config['breakpoint'] !== true);
  ctx.writes.transact(on ? 'set breakpoint' : 'remove breakpoint', () => {
    for (const id of nodes) ctx.writes.setNodeConfig(id, 'breakpoint', on ? true : undefined);
  });
  if (nodes.length > 0) ctx.announce(on ? 'Breakpoint set' : 'Breakpoint removed');
}

function detach(ctx: CommandContext): void {
  const nodes = subjectNodes(ctx);
  const edges = new Set(nodes.flatMap((id) => [...ctx.index.incoming(id), ...ctx.index.outgoing(id)]));
  ctx.writes.transact('detach', () => ctx.writes.removeEdges([...edges]));
  ctx.announce(`Detached ${nameOf(ctx, nodes)}`);
}

function selectWalk(ctx: CommandContext, side: 'in' | 'out' | 'both'): void {
  const nodes = subjectNodes(ctx);
  const found = new Set(
    side === 'both'
      ? [...walk(ctx.index, nodes, 'in'), ...walk(ctx.index, nodes, 'out')]
      : walk(ctx.index, nodes, side),
  );
  select(ctx, found);
  ctx.announce(`${found.size} selected`);
}

/** Quick-add at the focused node's first free output, or in the middle of the view. */
function quickAdd(ctx: CommandContext): void {
  const [node] = subjectNodes(ctx);
  const port =
    node && ctx.index.ports(node, 'out').find((each) => ctx.index.edgesAt(node, 'out', each.id).length === 0);
  if (node && port) {
    const start = ctx.index.portPoint(node, 'out', port.id) ?? { x: 0, y: 0 };
    ctx.set('quickAdd', {
      at: { x: start.x + 64, y: start.y },
      from: { node, side: 'out', port: port.id },
      edge: null,
      type: 'sequential',
    });
    return;
  }
  const { viewport, size } = ctx.editor;
  const pointer = ctx.pointer();
  const at = pointer ?? {
    x: (size.w / 2 - viewport.x) / viewport.k,
    y: (size.h / 2 - viewport.y) / viewport.k,
  };
  ctx.set('quickAdd', { at, from: null, edge: null, type: 'sequential' });
}

function addOnEdge(ctx: CommandContext): void {
  const [edge = ''] = subjectEdges(ctx);
  const at = ctx.index.route(edge)?.pill;
  if (at) ctx.set('quickAdd', { at, from: null, edge, type: 'sequential' });
}

function toggleSessionBreakpoint(ctx: CommandContext): void {
  for (const id of subjectNodes(ctx)) {
    const on = ctx.editor.sessionBreakpoints[id] !== true;
    ctx.set('sessionBreakpoints', id, on ? true : (undefined as unknown as true));
    ctx.announce(on ? 'Session breakpoint set' : 'Session breakpoint removed');
  }
}

function escape(ctx: CommandContext): void {
  if (ctx.editor.menu || ctx.editor.quickAdd) ctx.set({ menu: null, quickAdd: null });
  else select(ctx, []);
}

export const editCommands: readonly Command[] = [
  {
    id: 'edit.undo',
    title: 'Undo',
    keys: ['Mod+Z'],
    scope: 'anywhere',
    when: editable,
    run: (ctx) => ctx.undo(),
  },
  {
    id: 'edit.redo',
    title: 'Redo',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    scope: 'anywhere',
    when: editable,
    run: (ctx) => ctx.redo(),
  },
  {
    id: 'edit.copy',
    title: 'Copy',
    keys: ['Mod+C'],
    scope: 'canvas',
    when: (ctx) => subjectNodes(ctx).length > 0,
    run: copy,
  },
  {
    id: 'edit.cut',
    title: 'Cut',
    keys: ['Mod+X'],
    scope: 'canvas',
    when: withNodes,
    run: (ctx) => {
      copy(ctx);
      removeSubject(ctx);
    },
  },
  {
    id: 'edit.paste',
    title: 'Paste',
    keys: ['Mod+V'],
    scope: 'canvas',
    when: editable,
    run: (ctx) => void ctx.clipboard.read().then((text) => pasteInto(ctx, text)),
  },
  {
    id: 'edit.duplicate',
    title: 'Duplicate',
    keys: ['Mod+D'],
    scope: 'canvas',
    when: withNodes,
    run: (ctx) => {
      const ids = duplicateNodes(ctx, subjectNodes(ctx), { x: 32, y: 32 });
      select(ctx, ids);
      ctx.set('focus', ids[0] ?? null);
      ctx.announce(`Duplicated ${nameOf(ctx, ids)}`);
    },
  },
  {
    id: 'edit.delete',
    title: 'Delete',
    keys: ['Delete', 'Backspace'],
    scope: 'canvas',
    when: withSubject,
    run: removeSubject,
  },
  {
    id: 'edit.deleteHeal',
    title: 'Delete and close the gap',
    keys: ['Shift+Delete'],
    scope: 'canvas',
    when: withNodes,
    run: deleteHeal,
  },
  {
    id: 'edit.rename',
    title: 'Rename',
    keys: ['F2'],
    scope: 'canvas',
    when: withNodes,
    run: (ctx) => ctx.set('rename', subjectNodes(ctx)[0] ?? null),
  },
  {
    id: 'edit.selectAll',
    title: 'Select all',
    keys: ['Mod+A'],
    scope: 'canvas',
    when: () => true,
    run: (ctx) => {
      select(ctx, [...ctx.store.nodeOrder, ...ctx.store.edgeOrder]);
      ctx.announce(`${ctx.store.nodeOrder.length} steps selected`);
    },
  },
  {
    id: 'edit.selectNone',
    title: 'Select nothing',
    keys: ['Escape'],
    scope: 'canvas',
    when: () => true,
    run: escape,
  },
  {
    id: 'edit.selectUpstream',
    title: 'Select what leads here',
    keys: ['Alt+['],
    scope: 'canvas',
    when: hasSubject,
    run: (ctx) => selectWalk(ctx, 'in'),
  },
  {
    id: 'edit.selectDownstream',
    title: 'Select what follows',
    keys: ['Alt+]'],
    scope: 'canvas',
    when: hasSubject,
    run: (ctx) => selectWalk(ctx, 'out'),
  },
  {
    id: 'edit.selectConnected',
    title: 'Select everything connected',
    keys: ['Alt+\\'],
    scope: 'canvas',
    when: hasSubject,
    run: (ctx) => selectWalk(ctx, 'both'),
  },
  {
    id: 'edit.toggleBreakpoint',
    title: 'Breakpoint',
    keys: ['B'],
    scope: 'canvas',
    when: withNodes,
    run: toggleBreakpoint,
  },
  {
    id: 'edit.detach',
    title: 'Detach',
    keys: ['Alt+Shift+X'],
    scope: 'canvas',
    when: withNodes,
    run: detach,
  },
  {
    id: 'add.quick',
    title: 'Add a step',
    keys: ['A', 'Insert'],
    scope: 'canvas',
    when: editable,
    run: quickAdd,
  },
  {
    id: 'add.onEdge',
    title: 'Insert on this connection',
    keys: ['I'],
    scope: 'canvas',
    when: (ctx) => ctx.mayEdit() && subjectEdges(ctx).length === 1,
    run: addOnEdge,
  },
  {
    id: 'connect.start',
    title: 'Connect',
    keys: ['C'],
    scope: 'canvas',
    when: (ctx) => withNodes(ctx) && ctx.index.ports(subjectNodes(ctx)[0] ?? '', 'out').length > 0,
    run: (ctx) => ctx.tools.start(keyConnecting(ctx, subjectNodes(ctx)[0] ?? '')),
  },
  {
    id: 'debug.sessionBreakpoint',
    title: 'Session breakpoint',
    keys: ['Alt+B'],
    scope: 'canvas',
    when: (ctx) => subjectNodes(ctx).length > 0,
    run: toggleSessionBreakpoint,
  },
];
