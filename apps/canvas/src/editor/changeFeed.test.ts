import { describe, expect, it } from 'vitest';
import type { DocumentChange, EntityChange } from '../model/change';
import type { FlowDocument, JsonObject } from '../model/flow';
import { smallFlow } from '../model/testing/flows';
import { createSession, type CanvasSession } from './session';

function patched(list: readonly JsonObject[], change: EntityChange | undefined): JsonObject[] {
  const byId = new Map(list.map((entity) => [entity['id'], entity]));
  for (const entity of change?.set ?? []) byId.set((entity as JsonObject)['id'], entity as JsonObject);
  const order = change?.order ?? list.map((entity) => entity['id']);
  return order.map((id) => byId.get(id)!);
}

/** What a reader holds after a change, by the rules of the patch. */
function apply(held: FlowDocument | undefined, change: DocumentChange): FlowDocument {
  if (change.kind === 'all') return change.flow;
  const { nodes, edges, ...head } = held as unknown as JsonObject;
  return {
    ...(change.head ?? head),
    nodes: patched(nodes as JsonObject[], change.nodes),
    edges: patched(edges as JsonObject[], change.edges),
  } as unknown as FlowDocument;
}

describe('following a document', () => {
  const steps: [string, (session: CanvasSession) => void, 'all' | 'some'][] = [
    ['nothing', () => {}, 'all'],
    ['the first change', (s) => s.writes.setNodeConfig('node_b', 'goal', 'Say hello'), 'all'],
    ['a field', (s) => s.writes.setNodeConfig('node_b', 'goal', 'Say good bye'), 'some'],
    ['a label and the persona', (s) => {
      s.writes.setNodeLabel('node_b', 'Answer');
      s.writes.setConfig(['core_identity', 'persona'], 'Kind');
    }, 'some'],
    ['a deletion', (s) => {
      s.select(['node_b']);
      s.commands.run('edit.delete');
    }, 'some'],
    ['undo', (s) => s.undo(), 'some'],
    ['a save', (s) => s.markSaved('1.0.7', 'flow_row'), 'some'],
    ['another document', (s) => s.replaceAll({ ...smallFlow(), name: 'Other' }), 'all'],
  ];
  it('gives what changed, and all of it', () => {
    const session = createSession(smallFlow());
    const feed = session.follow();
    let held: FlowDocument | undefined;
    for (const [name, act, kind] of steps) {
      act(session);
      const change = feed.takeChange();
      expect([name, change.kind]).toEqual([name, kind]);
      held = apply(held, change);
      expect(held, name).toEqual(session.toJSON());
    }
    session.writes.setNodeLabel('node_b', 'Last');
    expect(feed.takeChange().kind).toBe('all');
    expect(feed.takeChange()).toEqual({ kind: 'some' });
    feed.stop();
    session.writes.setNodeLabel('node_b', 'Unheard');
    expect(feed.takeChange()).toEqual({ kind: 'some' });
  });
});
