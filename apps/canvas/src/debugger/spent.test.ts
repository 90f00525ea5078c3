import { expect, test } from 'vitest';
import type { ForkPreview } from '../api/debug';
import type { JournalRecord } from '../api/types';
import { savedBy, spentOf } from './spent';

const record = (seq: number, type: string, more: Partial<JournalRecord> = {}): JournalRecord => ({
  seq,
  type,
  at: '2026-01-01T00:00:00Z',
  block_id: `b${seq}`,
  node_id: null,
  occurrence: 1,
  body: { usage: { input_tokens: 10 * seq, output_tokens: 1 } },
  bytes: 1,
  ...more,
});

const ORIGIN = [record(1, 'Started', { body: {} }), record(2, 'EffectSucceeded'), record(3, 'EffectFailed')];

test('of a fork, what came before it and what says so was recorded', () => {
  expect(spentOf(ORIGIN)).toEqual({ all: 52, recorded: 0 });
  const fork = [
    ...ORIGIN,
    record(4, 'ForkApplied', { body: { mode: 'replay' } }),
    record(5, 'EffectSucceeded'),
    record(6, 'EffectSucceeded', { reused_from: 'exec_1' }),
  ];
  expect(spentOf(fork)).toEqual({ all: 164, recorded: 113 });
});

test('a record that is not known in full is not guessed', () => {
  expect(spentOf([record(2, 'EffectSucceeded', { body: { truncated: true, text: '{' } })])).toBeUndefined();
});

const preview = (reusable: number, ...called: string[]): ForkPreview => ({
  mode: 'replay',
  reusable,
  live: called.length,
  mismatches: called.map((block_id) => ({
    block_id,
    node_id: null,
    occurrence: 1,
    kind: 'model',
    reason: 'changed',
  })),
});

test('a fork saves the tokens of the answers it reuses', () => {
  expect(savedBy(ORIGIN, 3, preview(2))).toBe(52);
  expect(savedBy(ORIGIN, 2, preview(1))).toBe(21);
  expect(savedBy(ORIGIN, 3, preview(1, 'b3'))).toBe(21);
  expect(savedBy(ORIGIN, 3, preview(1))).toBeUndefined();
  expect(savedBy(undefined, 3, preview(2))).toBeUndefined();
});
