import { describe, expect, test } from 'vitest';
import type { Checkpoint, ReviewSection } from '../api/types';
import {
  additions,
  choicesOf,
  formProblems,
  groupOf,
  hitlTargetOf,
  inOrder,
  inputsOf,
  optionLabel,
  priorityBars,
  resolutionOf,
  startValues,
} from './inboxModel';

const item = (more: Partial<Checkpoint>): Checkpoint => ({
  id: 'c1',
  core_id: 'core_1',
  execution_id: 'exec_1',
  flow_name: 'main',
  checkpoint_type: 'approval',
  prompt: null,
  options: ['approve', 'reject'],
  assignee_raw: null,
  assignee_type: 'unrouted',
  assignee_resolved: null,
  context: null,
  status: 'pending',
  priority: 'normal',
  expires_at: null,
  expiry_action: null,
  resolution: null,
  resolved_by: null,
  resolved_at: null,
  node_id: 'node_a',
  queue_message_id: null,
  created_at: '2026-01-01T00:00:00Z',
  comment: null,
  ...more,
});
const sections: ReviewSection[] = [
  { type: 'context', title: 'Expense', content: 'Lunch' },
  { type: 'input', field: 'amount', kind: 'number', required: true, default: 20.5 },
  { type: 'input', field: 'kind', kind: 'select', options: ['a', 'b'] },
  { type: 'decision', options: ['edit_and_approve', { id: 'no', label: 'Refuse' }] },
];

test('the list is sorted by priority, then age', () => {
  const order = inOrder([
    item({ id: '1', created_at: '2026-01-02' }),
    item({ id: '2', priority: 'critical', created_at: '2026-01-03' }),
    item({ id: '3', created_at: '2026-01-01' }),
    item({ id: '4', priority: 'low' }),
  ]);
  expect(order.map((c) => c.id)).toEqual(['2', '3', '1', '4']);
  expect([priorityBars('low'), priorityBars('critical')]).toEqual([1, 4]);
});

test('mine, my groups and others', () => {
  const self = { sub: 'user_1', email: 'kim@x.org', groups: ['support'] };
  const group = (more: Partial<Checkpoint>) => groupOf(item(more), self);
  expect(group({ assignee_type: 'user', assignee_raw: 'user:kim@x.org' })).toBe('mine');
  expect(group({ assignee_type: 'user', assignee_raw: 'user:other' })).toBe('others');
  expect(group({ assignee_type: 'group', assignee_raw: 'group:support' })).toBe('groups');
  expect(group({ assignee_type: 'group', assignee_raw: 'group:finance' })).toBe('others');
  expect(group({})).toBe('others');
});

describe('the form', () => {
  test('offers the choices of its decision section', () => {
    expect(choicesOf(item({}), sections)).toEqual([
      { id: 'edit_and_approve', label: 'Edit and approve' },
      { id: 'no', label: 'Refuse' },
    ]);
    expect(choicesOf(item({}), [])).toEqual([
      { id: 'approve', label: 'Approve' },
      { id: 'reject', label: 'Reject' },
    ]);
    expect(optionLabel('auto-approve')).toBe('Auto approve');
  });
  test('starts with the drafts and checks what is typed', () => {
    expect(startValues(sections)).toEqual({ amount: 20.5, kind: '' });
    const check = (values: Record<string, unknown>) => formProblems(inputsOf(sections), values);
    expect(check({ amount: 20.5, kind: '' })).toEqual({});
    expect(check({ amount: '', kind: 'c' })).toEqual({ amount: 'required', kind: 'option' });
    expect(check({ amount: 'much' })).toEqual({ amount: 'number' });
    expect(check({ amount: 0 })).toEqual({});
  });
  test('becomes the resolution', () => {
    expect(resolutionOf('no', inputsOf(sections), { amount: '2000', kind: '' })).toEqual({
      decision: 'no',
      amount: 2000,
    });
    expect(resolutionOf('approve', [], {})).toBe('approve');
  });
});

test('the queue of a review is found in the IR', () => {
  const source = {
    flows: [
      {
        body: [
          {
            id: 'node_d',
            arms: [
              {
                body: [
                  { id: 'node_a', hitl_target: { scope: 'support', queue: 'q', hitl_spec: { sections } } },
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  expect(hitlTargetOf(source, 'node_a')).toEqual({ scope: 'support', queue: 'q', sections });
  expect(hitlTargetOf(source, 'node_x')).toBeUndefined();
});

describe('additions', () => {
  test('marks new words only', () => {
    expect(additions('It ships today.', 'It ships to you today. Sorry!')).toEqual([
      { text: 'It ships ', added: false },
      { text: 'to you ', added: true },
      { text: 'today.', added: false },
      { text: ' Sorry!', added: true },
    ]);
  });
  test('an unchanged draft has none', () => {
    expect(additions('a b', 'a b')).toEqual([{ text: 'a b', added: false }]);
  });
});
