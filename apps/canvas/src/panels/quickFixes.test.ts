import { expect, test } from 'vitest';
import type { Diagnostic } from '../api/types';
import { createSession } from '../editor/session';
import type { FlowDocument } from '../model/flow';
import customerSupport from '../pages/examples/customer-support.flow.json';
import { nearest, quickFixes } from './quickFixes';

const problem = (more: Partial<Diagnostic>): Diagnostic => ({
  severity: 'error',
  code: '',
  message: '',
  path: null,
  node_id: null,
  edge_id: null,
  ...more,
});
const open = () =>
  createSession(structuredClone(customerSupport) as unknown as FlowDocument, { access: 'edit' });

test('the nearest word is within two edits', () => {
  expect(nearest('support-reviews', ['support-review', 'other'])).toBe('support-review');
  expect(nearest('fasst', ['fast', 'primary'])).toBe('fast');
  expect(nearest('abc', ['xyz'])).toBeUndefined();
});

test('an undeclared queue: use the near one, or declare it', () => {
  const session = open();
  session.writes.setNodeConfig('node_review', 'queue', 'support-reviews');
  const item = problem({
    code: 'F211',
    node_id: 'node_review',
    message: "node 'node_review': queue 'support-reviews' is not declared in config.scaiqueue",
  });
  const [use, declare] = quickFixes(item, session);
  expect([use?.label, declare?.label]).toEqual(['Use support-review', 'Declare it']);
  declare?.run();
  expect(session.store.queues.map((row) => row.slug)).toEqual(['support-review', 'support-reviews']);
  use?.run();
  expect(session.store.nodes['node_review']?.config['queue']).toBe('support-review');
  session.dispose();
});

test('an undeclared role', () => {
  const session = open();
  const item = problem({
    code: 'F401',
    node_id: 'node_respond',
    message: "llm_role validation failed: node 'node_respond': llm_role='primry' is not declared",
  });
  quickFixes(item, session)[0]?.run();
  expect(session.store.nodes['node_respond']?.config['llm_role']).toBe('primary');
  session.dispose();
});

test('a misspelt name is replaced in its field only', () => {
  const session = open();
  session.writes.setNodeConfig('node_respond', 'guard', 'kb_result.length > 0 && x.kb_result');
  const item = problem({
    code: 'F304',
    severity: 'warning',
    node_id: 'node_respond',
    message: "node 'node_respond': guard: name 'kb_result' is not known; did you mean 'kb_results'?",
  });
  quickFixes(item, session)[0]?.run();
  expect(session.store.nodes['node_respond']?.config['guard']).toBe('kb_results.length > 0 && x.kb_result');
  session.dispose();
});

test('problems without a fix have none', () => {
  const session = open();
  expect(quickFixes(problem({ code: 'F108' }), session)).toEqual([]);
  session.dispose();
});
