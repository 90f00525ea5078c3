import type { FixtureRow, FlowEdge, FlowNode, Json, JsonObject } from '../model/flow';
import { bindingOf, defaultBinding } from '../model/kinds';
import type { FlowSession } from './types';

/** What has to change in the document when names are replaced: the answer of the compiler's `rename`. */
export interface Renamed {
  nodes: FlowNode[];
  edges: FlowEdge[];
  config?: JsonObject;
  tests?: FixtureRow[];
}

export type FindUses = (names: Record<string, string>) => Promise<Renamed | undefined>;

type Session = Pick<FlowSession, 'store' | 'writes'>;

const ASKED_MAX = 5;

/**
 * Gives the result of a step another name, and all that uses it with it, as one step of the history. An empty
 * name gives the one of the step's id. Gives how many places used it. Nothing but the name changes where one
 * of the names is also that of another result or variable: what is meant by it is not known then.
 */
export async function renameResult(
  session: Session,
  id: string,
  name: string,
  findUses: FindUses | undefined,
): Promise<number> {
  const { store, writes } = session;
  const node = store.nodes[id];
  if (!node) return 0;
  const [before, after] = [bindingOf(node), name === '' ? defaultBinding(id) : name];
  const isClear = before !== after && !isTaken(session, id, before) && !isTaken(session, id, after);
  const names = { [before]: after, [`node_${before}`]: `node_${after}` };
  const found = isClear && findUses ? await usesNow(session, () => findUses(names)) : undefined;
  return writes.transact('rename result', () => {
    writes.setNodeConfig(id, 'result_binding', name === '' ? undefined : name);
    return found ? writeUses(session, found) : 0;
  });
}

function isTaken({ store }: Session, id: string, name: string): boolean {
  if (store.variables.some((row) => row.name === name)) return true;
  return store.nodeOrder.some((other) => {
    const node = store.nodes[other];
    return other !== id && node !== undefined && bindingOf(node) === name;
  });
}

/** The answer for the document as it is: others may have changed it meanwhile. */
async function usesNow({ store }: Session, ask: () => Promise<Renamed | undefined>) {
  for (let n = 0; n < ASKED_MAX; n += 1) {
    const { revision } = store.meta;
    const found = await ask();
    if (store.meta.revision === revision) return found;
  }
  return undefined;
}

const isEqual = (a: Json | undefined, b: Json | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function writeUses({ store, writes }: Session, found: Renamed): number {
  let count = 0;
  const write = (act: () => void) => {
    act();
    count += 1;
  };
  for (const { id, config } of found.nodes) {
    for (const [field, value] of Object.entries(config ?? {})) {
      if (field !== 'result_binding' && !isEqual(value, store.nodes[id]?.config[field]))
        write(() => writes.setNodeConfig(id, field, value));
    }
  }
  for (const { id, condition } of found.edges) write(() => writes.updateEdge(id, { condition }));
  if (found.config) write(() => writes.setConfig(['output'], found.config?.['output']));
  if (found.tests) write(() => writes.setTests(found.tests ?? []));
  return count;
}
