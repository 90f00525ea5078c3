import { expect, test } from 'vitest';
import { changedPaths, compareNames, namesAt } from './positions';

test('names that changed stand before those that did not', () => {
  const then = { a: 1, b: { x: 1, y: [1, 2] }, gone: true };
  const now = { a: 1, b: { y: [1, 3], x: 1 }, made: 'new' };
  expect(compareNames(then, now).map((each) => [each.name, each.kind])).toEqual([
    ['b', 'changed'],
    ['gone', 'removed'],
    ['made', 'added'],
    ['a', 'same'],
  ]);
});

test('marks go to the members that differ, whichever side lacks them', () => {
  expect(changedPaths({ x: 1, y: { z: [1, 2] } }, { x: 1, y: { z: [1, 3, 4] } })).toEqual(['y/z/1', 'y/z/2']);
  expect(changedPaths({ x: 1 }, [1])).toEqual(['']);
  expect(changedPaths('a', 'b')).toEqual(['']);
  expect(changedPaths({ x: 1 }, { x: 1 })).toEqual([]);
});

test('the state says in full what events told cut, and knows no names of inner branches', () => {
  const state = { scope: { long: 'whole' }, variables: { brand: 'Acme' } } as never;
  expect(namesAt({ long: 'who', item: 2 }, state)).toEqual({ long: 'whole', item: 2, brand: 'Acme' });
  expect(namesAt({ item: 2 }, undefined)).toEqual({ item: 2 });
});
