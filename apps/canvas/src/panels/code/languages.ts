import { json } from '@codemirror/lang-json';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import type { StreamParser, StringStream } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { yamlColours } from './yamlColours';

/** Colouring of expressions and templates. The compiler judges; this only paints. */

const KEYWORD = /^(true|false|null|and|or|not|in)\b/;
const CALL = /^[A-Za-z_]\w*(?=\s*\()/;

function expressionToken(stream: StringStream): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return 'string';
  if (stream.match(/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?/)) return 'number';
  if (stream.match(/^\d[\d_]*(\.\d+)?([eE][+-]?\d+)?(ms|[smhdw])?\b/)) return 'number';
  if (stream.match(/^:[A-Za-z_]\w*/)) return 'string';
  if (stream.match(KEYWORD)) return 'keyword';
  if (stream.match(CALL)) return 'function';
  if (stream.match(/^[A-Za-z_]\w*/)) return 'name';
  if (stream.match(/^(=>|\?\?|\?\.|\|\||&&|[=!<>]=|[<>!+\-*/%?:.])/)) return 'operator';
  stream.next();
  return null;
}

const tokenTable = {
  name: tags.variableName,
  function: tags.function(tags.variableName),
  operator: tags.operator,
  string: tags.string,
  number: tags.number,
  keyword: tags.keyword,
  placeholder: tags.special(tags.string),
};

const expressionParser: StreamParser<null> = { name: 'expression', tokenTable, token: expressionToken };

interface TemplateState {
  open: boolean;
}

const templateParser: StreamParser<TemplateState> = {
  name: 'template',
  tokenTable,
  startState: () => ({ open: false }),
  copyState: (state) => ({ open: state.open }),
  token(stream, state) {
    if (state.open) {
      if (stream.match('}}')) state.open = false;
      else stream.next();
      while (state.open && !stream.eol() && !stream.match('}}', false)) stream.next();
      return 'placeholder';
    }
    if (stream.match('\\{{')) return null;
    if (stream.match('{{')) {
      state.open = true;
      return 'placeholder';
    }
    stream.next();
    while (!stream.eol() && stream.peek() !== '{' && stream.peek() !== '\\') stream.next();
    return null;
  },
};

export type CodeMode = 'expr' | 'template' | 'plain' | 'json' | 'yaml';

export function languageOf(mode: CodeMode): Extension {
  switch (mode) {
    case 'expr':
      return StreamLanguage.define(expressionParser);
    case 'template':
      return StreamLanguage.define(templateParser);
    case 'json':
      return json();
    case 'yaml':
      return yamlColours;
    case 'plain':
      return [];
  }
}

const style = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  {
    tag: tags.special(tags.string),
    color: 'var(--code-placeholder)',
    backgroundColor: 'var(--code-placeholder-tint)',
    borderRadius: '3px',
    padding: '1px 0',
  },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: tags.keyword, color: 'var(--code-number)' },
  { tag: tags.operator, color: 'var(--cat-logic)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-key)' },
  { tag: tags.comment, color: 'var(--muted)' },
]);

export const highlighting: Extension = syntaxHighlighting(style);
