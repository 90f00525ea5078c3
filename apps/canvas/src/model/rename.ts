import type { Json, JsonObject } from './flow';
import { kindOf } from './kinds';

/** Renaming of free names in expressions and templates, by the lexical rules of 03 sections 1 and 2. */
export type Renames = ReadonlyMap<string, string>;

interface Token {
  kind: 'name' | 'operand' | 'symbol' | 'operator';
  text: string;
  at: number;
}

const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const numberPattern =
  /\d[\d_]*(?:-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?|(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?(?:ms|[smhdw])?)/y;
const operatorPattern = /\?\?|\?\.|\|\||&&|==|!=|<=|>=|=>|[\s\S]/y;

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function stringEnd(text: string, at: number): number {
  const quote = text[at];
  let i = at + 1;
  while (i < text.length && text[i] !== quote) i += text[i] === '\\' ? 2 : 1;
  return Math.min(text.length, i + 1);
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    let kind: Token['kind'] = 'operator';
    let piece = '';
    if (char === '"' || char === "'") {
      kind = 'operand';
      piece = text.slice(at, stringEnd(text, at));
    } else if (/[A-Za-z_]/.test(char)) {
      kind = 'name';
      piece = match(namePattern, text, at);
    } else if (/\d/.test(char)) {
      kind = 'operand';
      piece = match(numberPattern, text, at);
    } else if (
      char === ':' &&
      !endsOperand(found[found.length - 1]) &&
      /[A-Za-z_]/.test(text[at + 1] ?? '')
    ) {
      kind = 'symbol';
      piece = `:${match(namePattern, text, at + 1)}`;
    } else piece = match(operatorPattern, text, at);
    found.push({ kind, text: piece, at });
    at += Math.max(1, piece.length);
  }
  return found;
}

const wordOperators = new Set(['and', 'or', 'not', 'in']);

function endsOperand(token: Token | undefined): boolean {
  if (!token) return false;
  if (token.kind === 'name') return !wordOperators.has(token.text);
  return token.kind !== 'operator' || token.text === ')' || token.text === ']' || token.text === '}';
}

/** Free names: no members, no function names, no keys of objects, no lambda parameters. */
function freeNames(list: readonly Token[]): Token[] {
  const bound = lambdaNames(list);
  const brackets: string[] = [];
  const free: Token[] = [];
  list.forEach((token, index) => {
    const before = list[index - 1]?.text ?? '';
    const after = list[index + 1]?.text ?? '';
    if (token.kind === 'operator') {
      if ('([{'.includes(token.text)) brackets.push(token.text);
      else if (')]}'.includes(token.text)) brackets.pop();
    }
    if (token.kind !== 'name' || wordOperators.has(token.text) || bound.has(token.text)) return;
    if (before === '.' || before === '?.' || after === '(') return;
    const key =
      brackets[brackets.length - 1] === '{' && (before === '{' || before === ',') && after.startsWith(':');
    if (!key) free.push(token);
  });
  return free;
}

function lambdaNames(list: readonly Token[]): Set<string> {
  const names = new Set<string>();
  list.forEach((token, index) => {
    if (token.text !== '=>') return;
    let at = index - 1;
    if (list[at]?.kind === 'name') names.add(list[at]?.text ?? '');
    else if (list[at]?.text === ')') {
      for (at--; at >= 0 && list[at]?.text !== '('; at--)
        if (list[at]?.kind === 'name') names.add(list[at]?.text ?? '');
    }
  });
  return names;
}

export function renameInExpression(text: string, renames: Renames): string {
  let result = '';
  let last = 0;
  for (const token of freeNames(tokens(text))) {
    const next = renames.get(token.text);
    if (next === undefined) continue;
    result += text.slice(last, token.at) + next;
    last = token.at + token.text.length;
  }
  return result + text.slice(last);
}

/** The pieces of a template: literal text and the insides of its placeholders. */
function pieces(text: string): { text: string; inside: boolean }[] {
  const found: { text: string; inside: boolean }[] = [];
  let literal = 0;
  let at = text.indexOf('{{');
  while (at >= 0) {
    if (text[at - 1] === '\\') {
      at = text.indexOf('{{', at + 2);
      continue;
    }
    const end = placeholderEnd(text, at + 2);
    if (end < 0) break;
    found.push(
      { text: text.slice(literal, at + 2), inside: false },
      { text: text.slice(at + 2, end), inside: true },
    );
    literal = end;
    at = text.indexOf('{{', end + 2);
  }
  found.push({ text: text.slice(literal), inside: false });
  return found;
}

function placeholderEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === "'") at = stringEnd(text, at) - 1;
    else if (char === '{') depth++;
    else if (char === '}') {
      if (depth === 0) return text[at + 1] === '}' ? at : -1;
      depth--;
    }
  }
  return -1;
}

export function renameInTemplate(text: string, renames: Renames): string {
  return pieces(text)
    .map((piece) => (piece.inside ? renameInExpression(piece.text, renames) : piece.text))
    .join('');
}

/** Calls `visit` with each expression or template text of a config, and puts what it returns in its place. */
function mapTexts(value: Json, visit: (text: string) => string): Json {
  if (typeof value === 'string') return visit(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, visit));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, visit)]));
}

type TextKind = 'expression' | 'template' | 'none';

function textKind(kind: string, field: string): TextKind {
  const spec = kindOf(kind)?.fields.find((each) => each.name === field);
  if (!spec) return 'none';
  switch (spec.type) {
    case 'E':
    case 'map<E>':
      return 'expression';
    case 'T':
    case 'map<T>':
    case 'sections':
    case 'command':
      return 'template';
    case 'any':
      return kind === 'data_variable_set' ? 'expression' : 'none';
    case 'text':
    case 'int':
    case 'num':
    case 'bool':
    case 'enum':
    case 'schema':
    case 'dur':
    case 'list<text>':
    case 'policy':
    case 'limits':
    case 'constraints':
    case 'examples':
      return 'none';
  }
}

export function renameInConfig(kind: string, config: JsonObject, renames: Renames): JsonObject {
  const result: JsonObject = {};
  for (const [field, value] of Object.entries(config)) {
    const text = textKind(kind, field);
    if (text === 'none') result[field] = value;
    else
      result[field] = mapTexts(value, (each) =>
        (text === 'expression' ? renameInExpression : renameInTemplate)(each, renames),
      );
  }
  return result;
}

/** Every free name that a config mentions. */
export function namesInConfig(kind: string, config: JsonObject): Set<string> {
  const names = new Set<string>();
  const note = (text: string): string => {
    for (const token of freeNames(tokens(text))) names.add(token.text);
    return text;
  };
  for (const [field, value] of Object.entries(config)) {
    const text = textKind(kind, field);
    if (text === 'expression') mapTexts(value, note);
    else if (text === 'template') {
      mapTexts(value, (each) => {
        for (const piece of pieces(each)) if (piece.inside) note(piece.text);
        return each;
      });
    }
  }
  return names;
}
