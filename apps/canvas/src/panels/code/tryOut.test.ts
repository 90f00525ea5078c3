import { expect, test } from 'vitest';
import type { ScopeName } from './scope';
import { modeOf, startValues } from './tryOut';
import { typeShape } from './typeText';

const name = (text: string, type: string): ScopeName => ({
  name: text,
  shape: typeShape(type),
  origin: '',
  rank: 'binding',
});
const names = [
  name('message', 'string'),
  name('order', '{total: float, lines: array[{n: int}], due: date?}'),
  name('other', 'bool'),
];

test('a trial starts with the names that the text mentions, in the last run or of the right type', () => {
  const text = 'order.total > 3 and message != ""';
  expect(startValues(text, names, undefined)).toEqual({
    message: 'text',
    order: { total: 1, lines: [{ n: 1 }], due: '2026-01-31' },
  });
  expect(startValues(text, names, { message: 'hello', other: false })).toMatchObject({ message: 'hello' });
  expect(startValues('1 + 1', names, { message: 'hello' })).toEqual({});
});

test('an expression with a placeholder is a template', () => {
  expect(modeOf('a > 1', false)).toBe('expression');
  expect(modeOf('{{a}}', false)).toBe('template');
  expect(modeOf('plain', true)).toBe('template');
});
