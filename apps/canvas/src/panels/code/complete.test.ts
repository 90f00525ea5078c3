import { describe, expect, test } from 'vitest';
import { begun, memberOffers, nameOffers, openExpression, signatureAt, tokenEstimate } from './complete';
import type { TypeTree } from './typeTree';

describe('what is begun', () => {
  test('begins where the word or member begins', () => {
    expect(begun('1 + kb', 'expr', false)).toEqual({ from: 4, path: undefined });
    expect(begun('classify.', 'expr', false)).toEqual({ from: 9, path: 'classify' });
    expect(begun('a {{kb_results[0].le', 'template', false)).toEqual({ from: 18, path: 'kb_results[0]' });
    expect(begun('foo(1).', 'expr', false)?.path).toBe('foo(1)');
  });
  test('is nothing outside placeholders and inside strings', () => {
    expect(begun('Hello kb', 'template', true)).toBeUndefined();
    expect(begun('{{a}} kb', 'template', true)).toBeUndefined();
    expect(begun("x == 'kb", 'expr', true)).toBeUndefined();
    expect(begun('\\{{kb', 'template', true)).toBeUndefined();
  });
  test('is a name at once in an opened placeholder, elsewhere when it is asked for', () => {
    expect(begun('Dear {{', 'template', false)).toEqual({ from: 7, path: undefined });
    expect(begun('', 'expr', false)).toBeUndefined();
    expect(begun('', 'expr', true)).toEqual({ from: 0, path: undefined });
  });
});

describe('offers', () => {
  const text: TypeTree = { kind: 'primitive', name: 'string' };
  const labels = (path: string, type: TypeTree | null) =>
    memberOffers(path, type).map((each) => each.label);
  test('hold the members that are known, then the methods of the type', () => {
    const type: TypeTree = {
      kind: 'object',
      fields: [{ name: 'category', type: text, description: null }],
    };
    expect(labels('a', { kind: 'optional', inner: type }).slice(0, 2)).toEqual(['category', 'length']);
    expect(labels('a', { kind: 'array', item: text })).toContain('map');
    expect(labels('a', text)).toContain('lower');
    expect(labels('a', text)).not.toContain('flatten');
  });
  test('of an unknown value are all methods', () => {
    expect(labels('foo()', null)).toEqual(expect.arrayContaining(['to_json', 'flatten', 'lower']));
    expect(labels('execution', null).slice(0, 2)).toEqual(['id', 'started_at']);
  });
  test('of a name tell its type', () => {
    const offers = nameOffers([{ name: 'list', type: { kind: 'array', item: text }, origin: 'Search' }]);
    expect(offers[0]).toMatchObject({ label: 'list', detail: 'array[string]', info: 'Search' });
    expect(offers.map((each) => each.label)).toEqual(expect.arrayContaining(['len', 'true']));
  });
});

test('open placeholders', () => {
  expect(openExpression('a {{b', 'template')).toEqual({ from: 4, text: 'b' });
  expect(openExpression('a {{b}}', 'template')).toBeUndefined();
});

test('signatures', () => {
  expect(signatureAt('x.replace(', 'expr')).toBe('replace(old, new): Replaces all');
  expect(signatureAt('len(foo(1), ', 'expr')).toContain('len(x)');
  expect(signatureAt('{{len(', 'template')).toContain('len(x)');
  expect(signatureAt('len(x)', 'expr')).toBeUndefined();
});

test('tokens are estimated', () => {
  expect(tokenEstimate('')).toBe(0);
  expect(tokenEstimate('Answer the customer.')).toBe(6);
});
