import { describe, expect, test } from 'vitest';
import { blockAround, foldEnd, tokensOf, yamlTokens } from './yamlTokens';

const of = (line: string) =>
  yamlTokens(line).map(({ from, to, kind }) => `${kind} ${line.slice(from, to)}`);
const linesOf = (text: string) => {
  const list = text.split('\n');
  return { count: list.length, at: (n: number) => list[n - 1] ?? '' };
};

describe('a line of the manifest', () => {
  test.each([
    ['core:', ['key core']],
    ['  - bind: say', ['key bind']],
    ['  "two words": "a \\" b"', ['key "two words"', 'string "a \\" b"']],
    ["  a: 'it''s: # fine'", ['key a', "string 'it''s: # fine'"]],
    ['  max: 0.75', ['key max', 'number 0.75']],
    ['  on: false', ['key on', 'number false']],
    ['  meta: {id: n_1, at: -3, is: [1, true, x]}', [
      'key meta', 'key id', 'key at', 'number -3', 'key is', 'number 1', 'number true',
    ]],
    ['  url: http://x:80/a', ['key url']],
    ['  # said', ['comment # said']],
    ['- - 1', ['number 1']],
    ['  goal: Say 3 words', ['key goal']],
  ])('%s', (line, tokens) => expect(of(line)).toEqual(tokens));
});

const text = linesOf(`a:
  goal: |-
    say: this
      deeper: too

    and: that
  next: 1
b: |
  x: 1`);

test('a block of text has no keys', () => {
  expect(tokensOf(text, 1, 9).map(({ line }) => line)).toEqual([1, 2, 7, 8]);
  expect(tokensOf(text, 4, 7).map(({ line }) => line)).toEqual([7]);
  expect([3, 4, 5, 6].map((line) => blockAround(text, line))).toEqual([2, 2, 2, 2]);
  for (const line of [1, 2, 7, 8]) expect(blockAround(text, line)).toBeUndefined();
});

test('what is indented below a line folds', () => {
  expect([1, 2, 3, 7, 8].map((line) => foldEnd(text, line))).toEqual([7, 6, 4, undefined, 9]);
});
