import {
  acceptCompletion,
  autocompletion,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldKeymap } from '@codemirror/language';
import { diagnosticCount, setDiagnostics } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, type StateEffect } from '@codemirror/state';
import type { ChangeSpec, Extension, Text } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  placeholder,
  tooltips,
  ViewPlugin,
} from '@codemirror/view';
import type { DecorationSet, ViewUpdate } from '@codemirror/view';
import { begun, memberOffers, nameOffers } from './complete';
import type { Begun, Offer, TextMode } from './complete';
import type { CodeMode } from './languages';
import { highlighting, languageOf } from './languages';
import { litLines, setLit } from './litLines';
import { codeLook } from './codeLook';
import type { LineEdit } from '../../preview/lineText';
import type { Scope } from './scope';
import type { LineRange } from '../yamlRanges';

/** Everything of CodeMirror in one module, loaded when the first editor appears. */

export interface Mark {
  from: number;
  to: number;
  severity: 'error' | 'warning';
  message: string;
}

export interface ViewOptions {
  parent: ShadowRoot;
  mode: CodeMode;
  text: string;
  label: string;
  placeholder: string;
  readOnly: boolean;
  /** One line: Enter commits, Shift+Enter breaks. */
  singleLine: boolean;
  lineNumbers: boolean;
  /** The face of reading text instead of the code face. */
  prose: boolean;
  /** What the compiler knows where the text stands; undefined while nobody knows. */
  scope: () => Scope | undefined;
  /** Further words offered as they are, e.g. options in a pattern. */
  words: () => readonly string[];
  onInput: (text: string) => void;
  onCommit: () => void;
  onFocus: (inside: boolean) => void;
}

export interface CodeView {
  /** Replaces the text where it differs, keeping the cursor. */
  setText: (text: string) => void;
  /** Lines [from, to), counted from 0, give way to others. */
  setLines: (edit: LineEdit) => void;
  setMarks: (marks: readonly Mark[]) => void;
  setReadOnly: (readOnly: boolean) => void;
  insert: (text: string) => void;
  offerNames: () => void;
  focus: () => void;
  /** Tints the lines, counted from 1, or none, also where edits take them; `reveal` brings them into view. */
  light: (range: LineRange | undefined, look: 'reveal' | 'stay') => void;
  destroy: () => void;
}

const Outside = Annotation.define<boolean>();

const placeholderMark = new MatchDecorator({
  regexp: /\{\{[^{}\n]*\}\}/g,
  decoration: Decoration.mark({ class: 'cm-template' }),
});

/** Placeholders inside the strings of YAML and JSON. */
const placeholders = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = placeholderMark.createDeco(view);
    }
    update(update: ViewUpdate): void {
      this.decorations = placeholderMark.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/**
 * Nothing is selected in a text that nobody is in. CodeMirror asks after each change, which would make the
 * browser lay the page out in the midst of a batch.
 */
function selectWhenFocused(root: ShadowRoot & { getSelection?: () => Selection | null }): void {
  const ask = root.getSelection?.bind(root) ?? (() => document.getSelection());
  root.getSelection = () => (root.activeElement ? ask() : null);
}

export function createCodeView(options: ViewOptions): CodeView {
  const access = new Compartment();
  selectWhenFocused(options.parent);
  const view = new EditorView({
    root: options.parent,
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [access.of(accessOf(options.readOnly)), ...extensionsOf(options)],
    }),
  });
  return {
    setText: (text) => {
      const now = view.state.doc.toString();
      if (now === text) return;
      const change = difference(now, text);
      view.dispatch({ changes: change, annotations: Outside.of(true) });
    },
    setLines: (edit) =>
      view.dispatch({ changes: lineChange(view.state.doc, edit), annotations: Outside.of(true) }),
    setMarks: (marks) => {
      if (marks.length === 0 && diagnosticCount(view.state) === 0) return;
      const length = view.state.doc.length;
      const kept = marks
        .filter((mark) => mark.from <= length)
        .map((mark) => ({ ...mark, to: Math.min(mark.to, length) }));
      view.dispatch(setDiagnostics(view.state, kept));
    },
    setReadOnly: (readOnly) => view.dispatch({ effects: access.reconfigure(accessOf(readOnly)) }),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    offerNames: () => {
      view.focus();
      startCompletion(view);
    },
    focus: () => view.focus(),
    light: (range, look) => {
      const lit = setLit(view.state.doc, range);
      const effects: StateEffect<unknown>[] = [lit];
      if (range && look === 'reveal')
        effects.push(EditorView.scrollIntoView(lit.value.from, { y: 'start', yMargin: 8 }));
      view.dispatch({ effects });
    },
    destroy: () => view.destroy(),
  };
}

function accessOf(readOnly: boolean): Extension {
  return [
    EditorState.readOnly.of(readOnly),
    EditorView.editable.of(!readOnly),
    readOnly ? [] : [history(), drawSelection(), bracketMatching()],
    EditorView.contentAttributes.of(readOnly ? { tabindex: '0' } : {}),
  ];
}

function extensionsOf(options: ViewOptions): Extension[] {
  const extensions: Extension[] = [
    languageOf(options.mode),
    highlighting,
    codeLook(options),
    tooltips({ position: 'fixed' }),
    search({ top: true }),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      spellcheck: options.prose ? 'true' : 'false',
    }),
    keymap.of([
      ...(options.singleLine
        ? [
            {
              key: 'Enter',
              run: () => {
                options.onCommit();
                return true;
              },
            },
            { key: 'Shift-Enter', run: insertBreak },
          ]
        : []),
      { key: 'Tab', run: acceptCompletion },
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      ...foldKeymap,
      ...(options.singleLine ? [] : searchKeymap),
      ...(options.mode === 'json' ? [indentWithTab] : []),
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((tr) => tr.annotation(Outside))) {
        options.onInput(update.state.doc.toString());
      }
      if (update.focusChanged) options.onFocus(update.view.hasFocus);
    }),
    EditorView.domEventHandlers({
      blur: () => {
        options.onCommit();
      },
    }),
  ];
  if (options.placeholder !== '') extensions.push(placeholder(options.placeholder));
  if (options.mode === 'yaml' || options.mode === 'json') extensions.push(placeholders);
  if (options.lineNumbers) extensions.push(lineNumbers(), litLines);
  else extensions.push(EditorView.lineWrapping);
  if (options.mode === 'expr' || options.mode === 'template' || options.mode === 'json') {
    extensions.push(
      autocompletion({
        override: [(context) => source(context, options)],
        icons: false,
        closeOnBlur: true,
      }),
    );
  }
  return extensions;
}

function insertBreak(view: EditorView): boolean {
  view.dispatch(view.state.replaceSelection('\n'));
  return true;
}

async function source(context: CompletionContext, options: ViewOptions): Promise<CompletionResult | null> {
  const mode: TextMode = options.mode === 'expr' ? 'expr' : 'template';
  const before = context.state.doc.sliceString(Math.max(0, context.pos - 4000), context.pos);
  const shift = context.pos - before.length;
  const words = options.words().map((word): Completion => ({ label: word, type: 'text', boost: 60 }));
  const typed = begun(before, mode, context.explicit);
  if (!typed)
    return words.length > 0 && mode === 'expr' && context.explicit
      ? { from: context.pos, options: words }
      : null;
  const offers = await offersFor(typed, options.scope());
  return {
    from: shift + typed.from,
    options: [...words, ...offers.map((offer, index) => completionOf(offer, index, mode))],
    validFor: /^\w*$/,
  };
}

async function offersFor({ path }: Begun, scope: Scope | undefined): Promise<Offer[]> {
  if (path === undefined) return nameOffers((await scope?.names()) ?? []);
  return memberOffers(path, (await scope?.typeOf(path)) ?? null);
}

const RANK = { name: 50, member: 50, method: 0, function: -10, keyword: -20 } as const;

function completionOf(offer: Offer, index: number, mode: TextMode): Completion {
  return {
    label: offer.label,
    detail: offer.detail,
    type: offer.kind,
    boost: RANK[offer.kind] - Math.min(20, index / 10),
    ...(offer.info === '' ? {} : { info: offer.info }),
    apply: (view, _completion, from, to) => {
      const close = mode === 'template' && offer.kind !== 'function' && needsClosing(view, to) ? '}}' : '';
      const text = offer.apply + close;
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
    },
  };
}

/** True when the placeholder that the cursor stands in is not closed on its line. */
function needsClosing(view: EditorView, at: number): boolean {
  const line = view.state.doc.lineAt(at);
  const rest = line.text.slice(at - line.from);
  const close = rest.indexOf('}}');
  const open = rest.indexOf('{{');
  return close < 0 || (open >= 0 && open < close);
}

/** A text always has a line more than it has breaks, so there is one behind the lines that change. */
export function lineChange(doc: Text, { from, to, lines }: LineEdit): ChangeSpec {
  const start = (line: number): number => doc.line(line + 1).from;
  return { from: start(from), to: start(to), insert: lines.map((line) => `${line}\n`).join('') };
}

/** The smallest single change that turns one text into another. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
