import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

interface LookOptions {
  singleLine: boolean;
  lineNumbers: boolean;
  /** The face of reading text instead of the code face. */
  prose: boolean;
}

/** How an editor looks: the tokens of the page reach into its shadow root. */
export function codeLook(options: LookOptions): Extension {
  return [textLook(options), popupLook, markLook];
}

function textLook(options: LookOptions): Extension {
  const face = options.prose ? '400 13px/20px var(--font)' : '400 12px/18px var(--mono)';
  return EditorView.theme({
    '&': { color: 'var(--text)', backgroundColor: 'transparent', height: '100%' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': {
      font: face,
      fontVariantLigatures: 'none',
      overflow: 'auto',
      scrollbarWidth: 'thin',
      scrollbarColor: 'var(--line-strong) transparent',
    },
    '.cm-content': { padding: options.singleLine ? '4px 0' : '7px 0', caretColor: 'var(--text)' },
    '.cm-line': { padding: options.lineNumbers ? '0 12px 0 8px' : options.singleLine ? '0 7px' : '0 9px' },
    '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '1.5px' },
    '.cm-placeholder': { color: 'var(--muted)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--selection)',
    },
    '.cm-gutters': {
      backgroundColor: 'transparent',
      border: '0',
      color: 'var(--muted)',
      font: '400 12px/18px var(--mono)',
    },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
    '.cm-lit': { backgroundColor: 'var(--selection-soft)' },
    '.cm-template': {
      color: 'var(--code-placeholder)',
      backgroundColor: 'var(--code-placeholder-tint)',
      borderRadius: '3px',
    },
    '.cm-key': { color: 'var(--code-key)' },
    '.cm-string': { color: 'var(--code-string)' },
    '.cm-number': { color: 'var(--code-number)' },
    '.cm-comment': { color: 'var(--muted)' },
    '.cm-foldPlaceholder': {
      backgroundColor: 'var(--hover)',
      border: '0',
      color: 'var(--muted)',
      padding: '0 4px',
    },
    '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)', outline: 'none' },
    '&:not(.cm-focused) .cm-matchingBracket, &.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket': {
      backgroundColor: 'transparent',
      color: 'inherit',
    },
  });
}

const popupLook = EditorView.theme({
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--float-line)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow-float)',
    zIndex: '70',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    font: '400 12px/18px var(--mono)',
    fontVariantLigatures: 'none',
    maxHeight: '220px',
    minWidth: '220px',
    padding: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    padding: '3px 8px',
    borderRadius: '4px',
    display: 'flex',
    gap: '12px',
    color: 'var(--text)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--selection)',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-completionDetail': { marginLeft: 'auto', fontStyle: 'normal', color: 'var(--muted)' },
  '.cm-completionInfo': {
    font: '400 12px/16px var(--font)',
    padding: '8px 10px',
    maxWidth: '240px',
    color: 'var(--muted)',
  },
});

const markLook = EditorView.theme({
  '.cm-diagnostic': { font: '400 12px/16px var(--font)', padding: '4px 8px', borderLeft: '0' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error)',
    textUnderlineOffset: '3px',
    textDecorationThickness: '1px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warning)',
    textUnderlineOffset: '3px',
    textDecorationThickness: '1px',
  },
  '.cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    borderBottom: '1px solid var(--line)',
  },
  '.cm-panel.cm-search input, .cm-panel.cm-search button': { font: '400 12px/16px var(--font)' },
});
