import { beforeEach, describe, expect, test } from 'vitest';
import customerSupport from '../pages/examples/customer-support.flow.json';
import type { FlowDocument } from '../model/flow';
import type { CompilerModule } from '../preview/module';
import { loadModule } from '../preview/testing';
import { renameResult, type Renamed } from './renameResult';
import { createSession, type CanvasSession } from './session';

let session: CanvasSession;
let module: CompilerModule;
/** The compiler's module answers, for the document as it is. */
const findUses = (names: Record<string, string>): Promise<Renamed> => {
  module.call('load', JSON.stringify(session.toJSON()));
  return Promise.resolve(module.call('rename', JSON.stringify({ names })).head as unknown as Renamed);
};

beforeEach(async () => {
  session = createSession(customerSupport as unknown as FlowDocument, {});
  module = await loadModule();
});

describe('renaming a result', () => {
  test('takes its uses along, and back with one undo', async () => {
    const before = JSON.stringify(session.toJSON());
    const count = await renameResult(session, 'node_classify', 'sorted', findUses);
    const after = JSON.stringify(session.toJSON());
    expect(count).toBeGreaterThan(0);
    expect(after).toContain('sorted.category');
    expect(after).not.toMatch(/\bclassify\./);
    module.call('load', after);
    expect(module.call('check', '{}').head['diagnostics']).toEqual([]);
    session.undo();
    expect(JSON.stringify(session.toJSON())).toBe(before);
  });

  test('to nothing gives it the name of its id', async () => {
    await renameResult(session, 'node_classify', 'sorted', findUses);
    await renameResult(session, 'node_classify', '', findUses);
    expect(session.store.nodes['node_classify']?.config).not.toHaveProperty('result_binding');
    expect(JSON.stringify(session.toJSON())).not.toContain('sorted');
  });

  test('leaves uses alone where the new name is taken, or nobody knows them', async () => {
    expect(await renameResult(session, 'node_classify', 'kb_results', findUses)).toBe(0);
    expect(await renameResult(session, 'node_classify', 'other', undefined)).toBe(0);
    expect(session.store.nodes['node_classify']?.config['result_binding']).toBe('other');
  });

  test('asks again when the document changes meanwhile', async () => {
    let asked = 0;
    await renameResult(session, 'node_classify', 'sorted', async (names) => {
      const found = await findUses(names);
      asked += 1;
      if (asked === 1)
        session.writes.setNodeConfig('node_respond', 'goal', 'Now about {{classify.urgency}}');
      return found;
    });
    expect(asked).toBe(2);
    expect(session.store.nodes['node_respond']?.config['goal']).toBe('Now about {{sorted.urgency}}');
  });
});
