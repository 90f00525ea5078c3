import { describe, expect, test } from 'vitest';
import { KIND_BY_ID, KINDS } from 'generated/kinds';
import { isRequired, isVisible, layoutOf } from './layout';

const names = (kind: keyof typeof KIND_BY_ID, config = {}) => {
  const layout = layoutOf(KIND_BY_ID[kind], config);
  return {
    sections: layout.sections.map((s) => [s.look, ...s.fields.map((f) => f.name)]),
    more: layout.more.map((f) => f.name),
  };
};

describe('the panel of a guarded call', () => {
  test('shows the first five, what is set, and folds the rest', () => {
    const set = {
      goal: 'x',
      input_bindings: { a: 'b' },
      context_bindings: { c: 'd' },
      constraints: { never: ['x'] },
    };
    expect(names('llm_guarded', set)).toEqual({
      sections: [
        ['large', 'goal'],
        ['small', 'llm_role', 'guard', 'validate'],
        ['large', 'output_schema'],
        ['large', 'input_bindings'],
        ['folded', 'context_bindings'],
        ['folded', 'constraints'],
      ],
      more: ['guidance', 'examples', 'on_validation_failure', 'on_failure', 'budget', 'breakpoint'],
    });
  });
});

describe('visible and required', () => {
  const loop = KIND_BY_ID.logic_loop;
  const field = (name: string) =>
    loop.fields.find((f) => f.name === name) ??
    (() => {
      throw new Error(name);
    })();
  test('follow the style, whose default counts', () => {
    expect(isVisible(field('collection'), {}, loop)).toBe(true);
    expect(isVisible(field('condition'), {}, loop)).toBe(false);
    expect(isVisible(field('condition'), { style: 'while' }, loop)).toBe(true);
    expect(isRequired(field('max_iterations'), { style: 'while' }, loop)).toBe(true);
    expect(isRequired(field('max_iterations'), {}, loop)).toBe(false);
  });
  test('a variable is required unless assignments stand', () => {
    const set = KIND_BY_ID.data_variable_set;
    const variable = set.fields.find((f) => f.name === 'variable');
    expect(variable && isRequired(variable, {}, set)).toBe(true);
    expect(variable && isRequired(variable, { assignments: { a: '1' } }, set)).toBe(false);
  });
});

test('no field of any kind is lost', () => {
  for (const kind of KINDS) {
    const layout = layoutOf(kind, {});
    const shown = [...layout.sections.flatMap((s) => s.fields), ...layout.more].map((f) => f.name);
    const hidden = kind.fields.filter((f) => !isVisible(f, {}, kind)).map((f) => f.name);
    expect(
      [
        ...shown,
        ...hidden,
        ...kind.fields.filter((f) => f.name === 'result_binding').map((f) => f.name),
      ].sort(),
    ).toEqual(kind.fields.map((f) => f.name).sort());
  }
});

test('a field that gets its first value stays where it is', () => {
  const layout = layoutOf(KIND_BY_ID.llm_guarded, { goal: 'x', guidance: 'now set' }, { goal: 'x' });
  expect(layout.more.map((f) => f.name)).toContain('guidance');
});
