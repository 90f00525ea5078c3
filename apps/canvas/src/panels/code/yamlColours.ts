import { foldService } from '@codemirror/language';
import { RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { Decoration, ViewPlugin } from '@codemirror/view';
import type { DecorationSet, EditorView, ViewUpdate } from '@codemirror/view';
import { foldEnd, tokensOf } from './yamlTokens';

const marks = {
  key: Decoration.mark({ class: 'cm-key' }),
  string: Decoration.mark({ class: 'cm-string' }),
  number: Decoration.mark({ class: 'cm-number' }),
  comment: Decoration.mark({ class: 'cm-comment' }),
};

const linesOf = (doc: Text) => ({ count: doc.lines, at: (line: number) => doc.line(line).text });

function coloursOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  for (const { from, to } of view.visibleRanges) {
    const found = tokensOf(linesOf(doc), doc.lineAt(from).number, doc.lineAt(to).number);
    for (const { line, tokens } of found) {
      const start = doc.line(line).from;
      for (const token of tokens) builder.add(start + token.from, start + token.to, marks[token.kind]);
    }
  }
  return builder.finish();
}

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = coloursOf(view);
    }
    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.decorations = coloursOf(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const folds = foldService.of(({ doc }, from) => {
  const line = doc.lineAt(from);
  const end = foldEnd(linesOf(doc), line.number);
  return end === undefined ? null : { from: line.to, to: doc.line(end).to };
});

/** The manifest: what is on the screen is coloured, what is indented folds. */
export const yamlColours: Extension = [colours, folds];
