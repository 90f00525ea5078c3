import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { movedRange } from '../yamlRanges';
import { lineChange } from './codeView';
import { litLines, setLit } from './litLines';

const ten = Array.from({ length: 10 }, (_, n) => `line ${n}`);

/** The tinted lines, counted from 1. */
function tinted(state: EditorState): number[] {
  const lines: number[] = [];
  const { marks } = state.field(litLines);
  marks.between(0, state.doc.length, (at) => void lines.push(state.doc.lineAt(at).number));
  return lines;
}

test('the tint follows every edit of lines as the range does', () => {
  const range = { from: 4, to: 6 };
  const plain = EditorState.create({ doc: `${ten.join('\n')}\n`, extensions: litLines });
  const lit = plain.update({ effects: setLit(plain.doc, range) }).state;
  expect(tinted(lit)).toEqual([4, 5, 6]);
  for (let from = 0; from <= 10; from++) {
    for (let to = from; to <= 10; to++) {
      for (let count = 0; count <= 3; count++) {
        const edit = { from, to, lines: ten.slice(0, count) };
        const moved = movedRange(range, edit);
        if (!moved) continue;
        const after = lit.update({ changes: lineChange(lit.doc, edit) }).state;
        const wanted = Array.from({ length: moved.to - moved.from + 1 }, (_, n) => moved.from + n);
        expect(tinted(after), JSON.stringify(edit)).toEqual(wanted);
      }
    }
  }
});

test('none is tinted without a range', () => {
  const state = EditorState.create({ doc: 'a\nb', extensions: litLines });
  const lit = state.update({ effects: setLit(state.doc, { from: 1, to: 9 }) }).state;
  expect(tinted(lit)).toEqual([1, 2]);
  expect(tinted(lit.update({ effects: setLit(lit.doc, undefined) }).state)).toEqual([]);
});
