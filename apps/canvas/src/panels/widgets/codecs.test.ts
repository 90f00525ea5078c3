import { describe, expect, test } from 'vitest';
import type { Json } from '../../model/flow';
import {
  commandForm,
  constraintsForm,
  constraintsValue,
  durationParts,
  durationValue,
  jsonText,
  numberValue,
  parseJson,
  policySteps,
  policyValue,
  rowsOf,
  rowsValue,
  summaryOf,
  textOf,
  textValue,
} from './codecs';

test('texts: empty means absent', () => {
  expect(textValue(textOf('a'))).toBe('a');
  expect(textValue(textOf(undefined))).toBeUndefined();
  expect(textOf({ a: 1 })).toBe('{"a":1}');
});

test('numbers', () => {
  expect(numberValue('30', 'whole')).toBe(30);
  expect(numberValue('0,5', 'any')).toBe(0.5);
  expect(numberValue('0.5', 'whole')).toBeNull();
  expect(numberValue('x', 'any')).toBeNull();
  expect(numberValue(' ', 'any')).toBeUndefined();
});

test.each(['30s', '250ms', '8h', '2d', '1w'])('duration %s', (value) => {
  const parts = durationParts(value);
  expect(parts && durationValue(parts)).toBe(value);
});

test('durations that are numbers, absent or wrong', () => {
  expect(durationParts(90)).toEqual({ amount: '90', unit: 's' });
  expect(durationValue({ amount: '', unit: 'h' })).toBeUndefined();
  expect(durationParts('soon')).toBeUndefined();
});

test.each([{ a: '{{x}}' }, [1, 'b'], 'text', 0, false] as Json[])('json %j', (value) => {
  expect(parseJson(jsonText(value))).toEqual({ ok: true, value });
});

test('json: a lone placeholder needs no quotes, other texts do', () => {
  expect(parseJson('{{classify}}')).toEqual({ ok: true, value: '{{classify}}' });
  expect(parseJson('{a')).toMatchObject({ ok: false });
  expect(parseJson('')).toEqual({ ok: true, value: undefined });
});

describe('rows', () => {
  test('go round in order', () => {
    const value = { b: 'x.y', a: '1 + 2' };
    expect(Object.keys(rowsValue(rowsOf(value), value) ?? {})).toEqual(['b', 'a']);
  });
  test('values of other types stay as they are until they are touched', () => {
    const value: Json = { n: 5, o: { k: true }, s: 't' };
    const rows = rowsOf(value);
    expect(rowsValue(rows, value)).toEqual(value);
    expect(
      rowsValue(
        rows.map((row) => ({ ...row, value: `${row.value}!` })),
        value,
      ),
    ).toEqual({ n: '5!', o: '{"k":true}!', s: 't!' });
  });
  test('rows without a name are not written', () => {
    expect(rowsValue([{ name: ' ', value: 'x' }], undefined)).toBeUndefined();
  });
});

test('commands', () => {
  expect(commandForm('ls | wc')).toEqual({ shell: 'ls | wc', list: [] });
  expect(commandForm(['python3', '-c', 'x'])).toEqual({ shell: undefined, list: ['python3', '-c', 'x'] });
});

test.each([
  'be kind',
  { never: ['promise a refund'], always: ['cite'] },
  { prefer: ['short'], inherit: false },
  { text: 'a', never: ['b'] },
] as Json[])('constraints %j', (value) => {
  expect(constraintsValue(constraintsForm(value))).toEqual(value);
});

test('constraints without content vanish', () => {
  expect(constraintsValue({ never: [], text: '' })).toBeUndefined();
});

test.each(['escalate', { action: 'retry', max: 2, with: 'Again' }, ['retry', 'escalate']] as Json[])(
  'policy %j',
  (value) => {
    expect(policyValue(policySteps(value))).toEqual(value);
  },
);

test('summaries', () => {
  expect(summaryOf({ a: '1', b: '2' })).toBe('2');
  expect(summaryOf([])).toBe('');
  expect(summaryOf('30s')).toBe('30s');
  expect(summaryOf('x'.repeat(40))).toHaveLength(24);
});
