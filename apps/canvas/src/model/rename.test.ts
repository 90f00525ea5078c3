import { describe, expect, it } from 'vitest';
import { namesInConfig, renameInConfig, renameInExpression, renameInTemplate } from './rename';

const to = new Map([
  ['classify', 'classify_2'],
  ['node_classify', 'node_new'],
  ['m', 'm_2'],
]);

describe('renaming in expressions', () => {
  const cases: [string, string][] = [
    ['classify.category == "x"', 'classify_2.category == "x"'],
    ['node_classify.urgency', 'node_new.urgency'],
    ['a.classify', 'a.classify'],
    ['a?.classify', 'a?.classify'],
    ['"classify" + classify.text', '"classify" + classify_2.text'],
    ["'it\\'s classify' + classify", "'it\\'s classify' + classify_2"],
    ['{classify: classify}', '{classify: classify_2}'],
    ['ok ? classify : other', 'ok ? classify_2 : other'],
    ['kind == :classify', 'kind == :classify'],
    ['items.filter(classify => classify.ok)', 'items.filter(classify => classify.ok)'],
    ['classify(1)', 'classify(1)'],
    ['5m < m', '5m < m_2'],
    ['not classify and m in list', 'not classify_2 and m_2 in list'],
    ['a ?? classify', 'a ?? classify_2'],
    ['x[classify]', 'x[classify_2]'],
  ];
  for (const [from, wanted] of cases) it(from, () => expect(renameInExpression(from, to)).toBe(wanted));
});

describe('renaming in templates', () => {
  it('touches placeholders alone', () => {
    expect(renameInTemplate('classify: {{classify.category}} \\{{classify}} }}', to)).toBe(
      'classify: {{classify_2.category}} \\{{classify}} }}',
    );
  });

  it('finds the end of a placeholder past braces and strings', () => {
    expect(renameInTemplate('{{ {a: classify, b: "}}"} }} classify', to)).toBe(
      '{{ {a: classify_2, b: "}}"} }} classify',
    );
  });

  it('leaves an open placeholder as it is', () => {
    expect(renameInTemplate('{{ classify', to)).toBe('{{ classify');
  });
});

describe('renaming in a config', () => {
  it('follows the types of the fields', () => {
    const config = {
      goal: 'About {{classify.category}}',
      llm_role: 'classify',
      guard: 'classify.ok',
      input_bindings: { classify: 'classify.text' },
      constraints: { never: ['classify'] },
    };
    expect(renameInConfig('llm_guarded', config, to)).toEqual({
      goal: 'About {{classify_2.category}}',
      llm_role: 'classify',
      guard: 'classify_2.ok',
      input_bindings: { classify: 'classify_2.text' },
      constraints: { never: ['classify'] },
    });
  });

  it('lists the names that are mentioned', () => {
    expect(
      [
        ...namesInConfig('llm_flexible', { goal: 'For {{brand}}: {{a.b}}', input_bindings: { x: 'c + 1' } }),
      ].sort(),
    ).toEqual(['a', 'brand', 'c']);
  });
});
