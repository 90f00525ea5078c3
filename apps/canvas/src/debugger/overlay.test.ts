import { expect, test } from 'vitest';
import { createSession } from '../editor/session';
import type { FlowDocument } from '../model/flow';
import customerSupport from '../pages/examples/customer-support.flow.json';
import { createOverlay } from './overlay';
import { applyEvent } from './runReducer';
import { emptyRun } from './runState';

const block = (id: string, kind = 'rigid') => ({
  node_id: id,
  block_id: id,
  occurrence: 0,
  fiber: 'f',
  block_kind: kind,
});

test('the taken path is lit, the other arm and what was not reached are not', () => {
  const session = createSession(structuredClone(customerSupport) as unknown as FlowDocument, {
    access: 'edit',
  });
  const run = emptyRun('exec_1');
  const overlay = createOverlay(session.store, () => run);
  const go = (type: string, data: Record<string, unknown>) => applyEvent(run, { type, at: 1, data });
  go('invocation.started', { input: {}, trigger: { name: 'entry' } });
  for (const id of ['node_classify', 'node_kb_search', 'node_respond']) {
    go('block.entered', block(id));
    go('block.exited', block(id));
  }
  expect(overlay.nodeState('node_entry')).toEqual({ state: 'done' });
  expect(overlay.edgeTaken('edge_1')).toBe(true);
  expect(overlay.edgeTaken('edge_5')).toBeUndefined();
  go('block.entered', block('node_decision', 'match'));
  go('block.entered', block('node_reply'));
  expect(overlay.edgeTaken('edge_5')).toBe(true);
  expect(overlay.edgeTaken('edge_6')).toBe(false);
  expect(overlay.edgeTaken('edge_7')).toBeUndefined();
  go('invocation.completed', { output: {} });
  expect(overlay.nodeState('node_review')).toEqual({ state: 'skipped' });
  expect(overlay.edgeTaken('edge_7')).toBe(false);
  session.dispose();
});

test('who a step waits for is told', () => {
  const session = createSession(structuredClone(customerSupport) as unknown as FlowDocument, {
    access: 'edit',
  });
  const run = emptyRun('exec_1');
  applyEvent(run, { type: 'block.entered', at: 1, data: block('node_review', 'checkpoint') });
  applyEvent(run, {
    type: 'status',
    at: 2,
    data: {
      status: 'suspended',
      waiting_on: [
        { kind: 'checkpoint', node_id: 'node_review', since: '2026-01-01T00:00:00Z', checkpoint_id: 'c' },
      ],
    },
  });
  expect(createOverlay(session.store, () => run).nodeState('node_review')).toEqual({
    state: 'suspended',
    startedAt: Date.parse('2026-01-01T00:00:00Z'),
    text: 'group:support',
  });
  session.dispose();
});
