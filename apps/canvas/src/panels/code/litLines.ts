import { StateEffect, StateField } from '@codemirror/state';
import type { Line, Range, Text } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import type { LineRange } from '../yamlRanges';

/** From the start of the first tinted line to the start of the line behind them. */
interface Lit {
  from: number;
  to: number;
}

const SetLit = StateEffect.define<Lit>();
const litLine = Decoration.line({ class: 'cm-lit' });

function marksOf(doc: Text, { from, to }: Lit): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (let at = from; at < to; at = doc.lineAt(at).to + 1) marks.push(litLine.range(at));
  return Decoration.set(marks);
}

/** The step that is selected on the canvas. It moves and grows as `movedRange` says. */
export const litLines = StateField.define<{ lit: Lit; marks: DecorationSet }>({
  create: () => ({ lit: { from: 0, to: 0 }, marks: Decoration.none }),
  update(value, { changes, docChanged, effects, state: { doc } }) {
    let { lit } = value;
    if (docChanged) lit = { from: changes.mapPos(lit.from, 1), to: changes.mapPos(lit.to, -1) };
    for (const effect of effects) if (effect.is(SetLit)) lit = effect.value;
    return lit === value.lit ? value : { lit, marks: marksOf(doc, lit) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

/** Tints the lines, counted from 1, or none. */
export function setLit(doc: Text, range: LineRange | undefined): StateEffect<Lit> {
  if (!range) return SetLit.of({ from: 0, to: 0 });
  const line = (n: number): Line => doc.line(Math.max(1, Math.min(doc.lines, n)));
  return SetLit.of({ from: line(range.from).from, to: Math.min(doc.length, line(range.to).to + 1) });
}
