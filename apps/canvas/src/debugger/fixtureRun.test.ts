import { expect, test } from 'vitest';
import { createSession } from '../editor/session';
import type { FlowDocument } from '../model/flow';
import customerSupport from '../pages/examples/customer-support.flow.json';
import { runOfFixture } from './fixtureRun';
import { createOverlay } from './overlay';

const way = ['node_classify', 'node_kb_search', 'node_respond', 'node_decision'];

test('the path of a fixture is lit, the arm that was not taken is not', () => {
  const session = createSession(structuredClone(customerSupport) as unknown as FlowDocument, {});
  const result = { name: 'a', message: null, duration_ms: 0, output: 'x' };
  const passed = runOfFixture({ ...result, status: 'passed', visited: [...way, 'node_reply'] });
  const overlay = createOverlay(session.store, () => passed);
  expect([...way, 'node_entry'].map((id) => overlay.nodeState(id)?.state)).toEqual(
    way.map(() => 'done').concat('done'),
  );
  expect(overlay.nodeState('node_review')).toEqual({ state: 'skipped' });
  expect([overlay.edgeTaken('edge_1'), overlay.edgeTaken('edge_5'), overlay.edgeTaken('edge_6')]).toEqual([
    true,
    true,
    false,
  ]);

  const failed = runOfFixture({
    ...result,
    status: 'error',
    message: "node 'node_review' has no mock",
    visited: [...way, 'node_review'],
  });
  expect(createOverlay(session.store, () => failed).nodeState('node_review')?.state).toBe('failed');
  session.dispose();
});
