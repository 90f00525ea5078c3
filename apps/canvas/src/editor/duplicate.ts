import { clipboardText, extract, parseClipboard, planPaste, type ClipboardFlow } from '../model/clipboard';
import type { FlowEdge, FlowNode, ModelRow, Point, QueueRow, VariableRow } from '../model/flow';
import { union } from '../model/geometry';
import { randomBase36 } from '../model/ids';
import { cloneJson } from '../model/json';
import { bindingOf } from '../model/kinds';
import type { ToolContext } from './tools/context';

type Context = Pick<ToolContext, 'store' | 'index' | 'writes'>;

export interface MissingRows {
  models: ModelRow[];
  queues: QueueRow[];
  variables: VariableRow[];
}

/** The selection as clipboard text. */
export function copyText(ctx: Context, ids: Iterable<string>): string {
  return clipboardText(pieceOf(ctx, new Set(ids)));
}

function pieceOf(ctx: Context, ids: ReadonlySet<string>): ClipboardFlow {
  const { store } = ctx;
  return extract(
    {
      nodes: store.nodeOrder
        .map((id) => store.nodes[id])
        .filter((node) => node !== undefined) as unknown as FlowNode[],
      edges: store.edgeOrder
        .map((id) => store.edges[id])
        .filter((edge) => edge !== undefined) as unknown as FlowEdge[],
      models: store.models,
      queues: store.queues,
      variables: store.variables,
    },
    ids,
  );
}

/** A copy of these nodes with their inner edges, moved by `by`; the new ids. One step. */
export function duplicateNodes(ctx: Context, ids: readonly string[], by: Point): string[] {
  const count = ids.length === 1 ? 'step' : `${ids.length} steps`;
  return insertPiece(ctx, pieceOf(ctx, new Set(ids)), by, `duplicate ${count}`);
}

export interface Pasted {
  ids: string[];
  missing: MissingRows;
}

/**
 * Pastes a clipboard text with its middle at `at`, or moved by 32 when that is null; null for foreign
 * text.
 */
export function pasteText(ctx: Context, text: string, at: Point | null): Pasted | null {
  const piece = parseClipboard(text);
  if (!piece) return null;
  const box = union(piece.nodes.map((node) => ({ ...node.position, w: 220, h: 74 })));
  const by = at && box ? { x: at.x - box.x - box.w / 2, y: at.y - box.y - box.h / 2 } : { x: 32, y: 32 };
  const snapped = { x: Math.round(by.x / 8) * 8, y: Math.round(by.y / 8) * 8 };
  const count = piece.nodes.length === 1 ? 'step' : `${piece.nodes.length} steps`;
  const missing = missingRows(ctx, piece);
  return { ids: insertPiece(ctx, piece, snapped, `paste ${count}`), missing };
}

/** Rows that pasted steps use and the flow has not. */
function missingRows(ctx: Context, piece: ClipboardFlow): MissingRows {
  const { store } = ctx;
  return {
    models: piece.models.filter((row) => !store.models.some((own) => own.role === row.role)),
    queues: piece.queues.filter((row) => !store.queues.some((own) => own.slug === row.slug)),
    variables: piece.variables.filter((row) => !store.variables.some((own) => own.name === row.name)),
  };
}

/** Adds the rows that a paste found missing. */
export function addMissing(ctx: Context, missing: MissingRows): void {
  ctx.writes.transact('add missing rows', () => {
    if (missing.models.length > 0)
      ctx.writes.setModels([...cloneJson([...ctx.store.models]), ...missing.models]);
    if (missing.queues.length > 0)
      ctx.writes.setQueues([...cloneJson([...ctx.store.queues]), ...missing.queues]);
    if (missing.variables.length > 0) {
      ctx.writes.setVariables([...cloneJson([...ctx.store.variables]), ...missing.variables]);
    }
  });
}

function insertPiece(ctx: Context, piece: ClipboardFlow, by: Point, label: string): string[] {
  const names = new Set<string>(ctx.store.variables.map((row) => row.name));
  for (const id of ctx.index.nodeIds()) {
    const node = ctx.index.node(id);
    if (node) names.add(bindingOf(node));
  }
  const newId = (): string => {
    for (;;) {
      const id = `node_${randomBase36(8)}`;
      if (!ctx.index.node(id)) return id;
    }
  };
  const plan = planPaste(piece, names, newId, by);
  return ctx.writes.transact(label, () => {
    const ids = plan.nodes.map((node) => ctx.writes.insertNode(node));
    for (const edge of plan.edges) {
      const { id: _, ...rest } = edge;
      ctx.writes.addEdge(rest);
    }
    return ids;
  });
}
