/**
 * Finds the step of a node in the manifest that our exact writer makes (05): its `id` line tells, indent
 * bounds it.
 */

import type { LineEdit } from '../preview/lineText';

export interface LineRange {
  from: number;
  to: number;
}

/**
 * Lines, counted from 1, of the list item that carries `id: <node>` or `node_id: <node>`; undefined when
 * there is none.
 */
export function rangeOf(lines: readonly string[], nodeId: string): LineRange | undefined {
  const mark = new RegExp(`(?:^|[\\s{,-])(?:id|node_id|node): ["']?${nodeId}["']?(?:$|[\\s,}])`);
  const at = lines.findIndex((line) => mark.test(line));
  if (at < 0) return undefined;
  const start = itemStart(lines, at);
  const indent = indentOf(lines[start] ?? '');
  let end = start + 1;
  while (end < lines.length && (lines[end]?.trim() === '' || indentOf(lines[end] ?? '') > indent)) end += 1;
  while (end > start + 1 && lines[end - 1]?.trim() === '') end -= 1;
  return { from: start + 1, to: end };
}

/** Where a range is after an edit; undefined where it has to be looked for. */
export function movedRange(range: LineRange, edit: LineEdit): LineRange | undefined {
  const grown = edit.lines.length - (edit.to - edit.from);
  if (edit.from >= range.to) return range;
  if (edit.to < range.from) return { from: range.from + grown, to: range.to + grown };
  const isInside = edit.from >= range.from || (edit.from === range.from - 1 && isOneItem(edit.lines));
  const isWithin = isInside && edit.to <= range.to;
  return isWithin ? { from: range.from, to: range.to + grown } : undefined;
}

/** One list item from its `- ` on, so that it takes the place of the one that began there. */
function isOneItem([first = '', ...rest]: readonly string[]): boolean {
  return first.trimStart().startsWith('- ') && rest.every((line) => indentOf(line) > indentOf(first));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The `- ` line of the nearest item around a line that holds a step, not its `meta`. */
function itemStart(lines: readonly string[], at: number): number {
  let limit = indentOf(lines[at] ?? '') + ((lines[at] ?? '').trimStart().startsWith('- ') ? 1 : 0);
  for (let i = at; i >= 0; i--) {
    const line = lines[i] ?? '';
    if (line.trim() === '' || indentOf(line) >= limit) continue;
    if (line.trimStart().startsWith('- ')) return i;
    limit = indentOf(line);
  }
  return at;
}
