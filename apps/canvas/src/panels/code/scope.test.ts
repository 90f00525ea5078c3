import { beforeEach, describe, expect, test } from 'vitest';
import customerSupport from '../../pages/examples/customer-support.flow.json';
import { loadModule } from '../../preview/testing';
import { markOf } from './marks';
import { expressionsOf } from './scope';
import type { Expressions, Spot } from './scope';
import { fieldsOf, typeLabel } from './typeTree';

/** The compiler's module answers, as in the page. */
async function opened(flow: unknown): Promise<Expressions> {
  const module = await loadModule();
  module.call('load', JSON.stringify(flow));
  const ask = (name: string, args: unknown) =>
    Promise.resolve(module.call(name, JSON.stringify(args)).head);
  const found = expressionsOf({ ask }, { nodes: {} }, () => undefined);
  if (!found) throw new Error('no compiler');
  return found;
}

let known: Expressions;
beforeEach(async () => {
  known = await opened(customerSupport);
});
const namesAt = async (spot: Spot) => (await known.at(spot).names()).map((each) => each.name);

describe('names in scope', () => {
  test('hold what ran before, the trigger, variables and fixed names', async () => {
    expect(await namesAt({ node: 'node_respond', field: 'goal' })).toEqual(
      expect.arrayContaining(['input', 'trigger', 'memory', 'brand', 'classify', 'kb_results']),
    );
  });
  test('do not hold the node itself nor what comes after', async () => {
    expect(await namesAt({ node: 'node_classify', field: 'goal' })).not.toContain('respond');
    expect(await namesAt({ node: 'node_respond', field: 'goal' })).not.toContain('review');
  });
  test('of validate begin with the answer', async () => {
    const scope = known.at({ node: 'node_respond', field: 'validate' });
    expect((await scope.names()).slice(0, 2).map((each) => each.name)).toEqual(['result', 'output']);
    expect(typeLabel(await scope.typeOf('result.citations'))).toBe('array[string]');
  });
  test('of a step that is not connected are those that are everywhere', async () => {
    expect(await namesAt({ node: 'node_new', field: 'goal' })).toEqual(
      expect.arrayContaining(['input', 'memory', 'brand']),
    );
  });
});

describe('types', () => {
  test('are told of paths and calls', async () => {
    const scope = known.at({ node: 'node_respond', field: 'guard' });
    expect(fieldsOf(await scope.typeOf('classify')).map((each) => each.name)).toEqual([
      'category',
      'urgency',
      'confidence',
      'entities',
    ]);
    expect(typeLabel(await scope.typeOf('classify.category.lower()'))).toBe('string');
    expect(await scope.typeOf('1 +')).toBeNull();
  });
  test('of a review are those of its form', async () => {
    const scope = known.at({ node: 'node_reviewed', field: 'template' });
    expect(typeLabel(await scope.typeOf('review.answer'))).toBe('string?');
  });
});

test('a problem is marked where it stands, whatever comes before it', async () => {
  const text = 'Dear 😀 {{now()}}';
  const found = await known.at({ node: 'node_respond', field: 'goal' }).problems(text, 'template');
  expect(found).toHaveLength(1);
  const mark = found[0] && markOf(text, found[0], []);
  expect(text.slice(mark?.from, mark?.to)).toBe('now');
});

test('a compiler that is gone knows nothing', async () => {
  const gone = expressionsOf(
    { ask: () => Promise.reject(new Error('gone')) },
    { nodes: {} },
    () => undefined,
  );
  const scope = gone?.at({ edge: 'e1' });
  expect([
    await scope?.names(),
    await scope?.typeOf('a'),
    await scope?.problems('a', 'expression'),
  ]).toEqual([[], null, []]);
});
