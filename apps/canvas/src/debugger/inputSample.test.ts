import { expect, test } from 'vitest';
import { sampleInput } from './inputSample';

test('a sample has the shape of the schema', () => {
  expect(
    sampleInput({
      message: { text: 'string', customer: 'string?' },
      amount: { type: 'float', description: 'how much' },
      kind: 'enum[travel, meals]',
      tags: 'array[string]',
      meta: '{id: int, more?: string, at: {x: float, y: float}}',
      flag: 'bool',
      labels: 'map[string, string]',
    }),
  ).toEqual({
    message: { text: '', customer: null },
    amount: 0,
    kind: 'travel',
    tags: [],
    meta: { id: 0, at: { x: 0, y: 0 } },
    flag: false,
    labels: {},
  });
});

test('without a schema a message is offered', () => {
  expect(sampleInput(undefined)).toEqual({ message: '' });
});
