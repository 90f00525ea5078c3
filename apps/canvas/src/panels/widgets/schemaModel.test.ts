import { expect, test } from 'vitest';
import type { Json } from '../../model/flow';
import { fieldsOf, schemaFromJson, schemaOf } from './schemaModel';

test.each([
  { answer: 'string', citations: 'array[string]', confidence: { type: 'float', description: '0 to 1' } },
  { message: { text: 'string', from: { name: 'string' } } },
  { odd: 5, list: ['x'] },
] as Json[])('a schema goes round: %j', (schema) => {
  expect(schemaOf(fieldsOf(schema))).toEqual(schema);
});

test('an empty schema is absent', () => {
  expect(schemaOf([])).toBeUndefined();
  expect(fieldsOf(undefined)).toEqual([]);
});

test('from a sample', () => {
  expect(schemaFromJson({ a: 'x', n: 1, f: 1.5, b: true, l: ['y'], o: { k: null } })).toEqual({
    a: 'string',
    n: 'int',
    f: 'float',
    b: 'bool',
    l: 'array[string]',
    o: { k: 'json' },
  });
});

test('from a JSON Schema', () => {
  expect(
    schemaFromJson({
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'string', description: 'first' },
        n: { type: 'integer' },
        k: { enum: ['x', 'y'] },
        d: { type: 'string', format: 'date-time' },
        l: { type: 'array', items: { type: 'number' } },
        o: { type: 'object', properties: { p: { type: 'boolean' } } },
      },
    }),
  ).toEqual({
    a: { type: 'string', description: 'first' },
    n: 'int?',
    k: 'enum[x, y]?',
    d: 'datetime?',
    l: 'array[float]?',
    o: { p: 'bool' },
  });
  expect(schemaFromJson([1])).toBeUndefined();
});
