/** Colouring of the manifest line by line: a change costs what is on the screen, however long the text is. */

export type YamlClass = 'key' | 'string' | 'number' | 'comment';

export interface YamlToken {
  from: number;
  to: number;
  kind: YamlClass;
}

interface Lines {
  readonly count: number;
  /** Counted from 1. */
  at: (line: number) => string;
}

const NUMBER = String.raw`-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const TOKEN = new RegExp(
  [
    String.raw`(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`,
    String.raw`(?<=^|\s)(?<comment>#.*)`,
    String.raw`(?<=^\s*(?:- )*|[{,] ?)(?<key>[A-Za-z_][\w.-]*)(?=:(?:\s|$))`,
    String.raw`(?<=[:,-] |\[)(?<number>${NUMBER}|true|false|null)(?=\s*(?:[,}\]]|$))`,
  ].join('|'),
  'g',
);
const HEADER = /(?:^|[\s:-])[|>][-+]?\d?$/;
const LOOK_BACK_MAX = 500;

/** What is coloured in a line that is no part of a block of text. */
export function yamlTokens(line: string): YamlToken[] {
  const tokens: YamlToken[] = [];
  for (const match of line.matchAll(TOKEN)) {
    const { quoted, comment, key } = match.groups ?? {};
    const to = match.index + match[0].length;
    const isKey = key !== undefined || (quoted !== undefined && /^:(?:\s|$)/.test(line.slice(to)));
    const value = quoted !== undefined ? 'string' : comment !== undefined ? 'comment' : 'number';
    tokens.push({ from: match.index, to, kind: isKey ? 'key' : value });
  }
  return tokens;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isHeader = (line: string): boolean => HEADER.test(line.trimEnd());

/** The indent of the line whose block of text this line belongs to; undefined where it stands in none. */
export function blockAround(lines: Lines, line: number): number | undefined {
  let indent = indentOf(lines.at(line));
  if (lines.at(line).trim() === '') indent = Infinity;
  for (let n = line - 1; n >= 1 && n >= line - LOOK_BACK_MAX && indent > 0; n--) {
    const text = lines.at(n);
    if (text.trim() === '' || indentOf(text) >= indent) continue;
    indent = indentOf(text);
    if (isHeader(text)) return indent;
  }
  return undefined;
}

/** The tokens of some lines, each with its line. */
export function tokensOf(lines: Lines, first: number, last: number): { line: number; tokens: YamlToken[] }[] {
  const found: { line: number; tokens: YamlToken[] }[] = [];
  let block = blockAround(lines, first);
  for (let line = first; line <= last; line++) {
    const text = lines.at(line);
    if (text.trim() === '') continue;
    if (block !== undefined && indentOf(text) > block) continue;
    found.push({ line, tokens: yamlTokens(text) });
    block = isHeader(text) ? indentOf(text) : undefined;
  }
  return found;
}

/** The last line of what is indented below a line; undefined where nothing is. */
export function foldEnd(lines: Lines, line: number): number | undefined {
  const indent = indentOf(lines.at(line));
  if (lines.at(line).trim() === '') return undefined;
  let end = line;
  for (let n = line + 1; n <= lines.count; n++) {
    const text = lines.at(n);
    if (text.trim() === '') continue;
    if (indentOf(text) <= indent) break;
    end = n;
  }
  return end > line ? end : undefined;
}
