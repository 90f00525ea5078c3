import { expect, test } from 'vitest';
import type { ScopeName } from './scope';
import { modeOf } from './scope';
import { startValues } from './tryOut';
import type { TypeTree } from './typeTree';

const name = (text: string, type: TypeTree): ScopeName => ({ name: text, type, origin: '' });
const plain = (type: string): TypeTree => ({ kind: 'primitive', name: type });
const record = (fields: Record<string, TypeTree>): TypeTree => ({
  kind: 'object',
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type, description: null })),
});
const names = [
  name('message', plain('string')),
  name(
    'order',
    record({
      total: plain('float'),
      lines: { kind: 'array', item: record({ n: plain('int') }) },
      due: { kind: 'optional', inner: plain('date') },
    }),
  ),
  name('other', plain('bool')),
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
