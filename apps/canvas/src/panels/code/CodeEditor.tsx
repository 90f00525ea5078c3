import type { JSX } from 'solid-js';
import { createEffect, createSignal, getOwner, on, onCleanup, onMount, runWithOwner, Show } from 'solid-js';
import type { Diagnostic } from '../../api/types';
import type { CodeView } from './codeView';
import type { CodeMode } from './languages';
import { createMarks } from './marks';
import type { Scope } from './scope';

interface CodeEditorProps {
  value: string;
  mode: CodeMode;
  label: string;
  /** When a change is handed on: with each key, or at blur, Enter and 400 ms of quiet. */
  commits: 'keystroke' | 'settled';
  onCommit: (text: string) => void;
  singleLine?: boolean;
  lineNumbers?: boolean;
  prose?: boolean;
  readOnly?: boolean;
  placeholder?: string | undefined;
  invalid?: boolean;
  /** What the compiler knows where the text stands. */
  scope?: (() => Scope | undefined) | undefined;
  words?: (() => readonly string[]) | undefined;
  /** What is wrong with the text: the places are marked. */
  problems?: readonly Diagnostic[] | undefined;
  /** Rows it is high at least, and at most before it scrolls. */
  minRows?: number;
  maxRows?: number;
  /** Fills its place instead of growing with its text; no frame of its own. */
  fill?: boolean;
  foot?: JSX.Element;
  handle?: (view: CodeView) => void;
}

const STILL_MS = 400;
let loading: Promise<typeof import('./codeView')> | undefined;
const load = (): Promise<typeof import('./codeView')> => (loading ??= import('./codeView'));

/** Text on its way from the keys to the document: at once, or when the keys have been still. */
function createTyping(props: CodeEditorProps) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let typed: string | undefined;
  const commit = () => {
    clearTimeout(timer);
    timer = undefined;
    if (typed === undefined) return;
    const text = typed;
    typed = undefined;
    if (text !== props.value) props.onCommit(text);
  };
  const input = (text: string) => {
    typed = text;
    if (props.commits === 'keystroke') commit();
    else {
      clearTimeout(timer);
      timer = setTimeout(commit, STILL_MS);
    }
  };
  return { commit, input, isOpen: () => typed !== undefined };
}

/** Makes the editor in `host` once CodeMirror is there and keeps it up with the props. */
function createEditor(props: CodeEditorProps, host: () => HTMLElement | undefined) {
  let view: CodeView | undefined;
  let alive = true;
  const typing = createTyping(props);
  const [ready, setReady] = createSignal(false);
  const [focused, setFocused] = createSignal(false);
  const marks = createMarks(props);
  const owner = getOwner();
  const make = ({ createCodeView }: typeof import('./codeView')) => {
    const place = host();
    if (!alive || !place) return;
    view = createCodeView({
      parent: place.shadowRoot ?? place.attachShadow({ mode: 'open' }),
      mode: props.mode,
      text: props.value,
      label: props.label,
      placeholder: props.placeholder ?? '',
      readOnly: props.readOnly ?? false,
      singleLine: props.singleLine ?? false,
      lineNumbers: props.lineNumbers ?? false,
      prose: props.prose ?? false,
      scope: () => props.scope?.(),
      words: () => props.words?.() ?? [],
      onInput: typing.input,
      onCommit: typing.commit,
      onFocus: setFocused,
    });
    setReady(true);
    view.setMarks(marks());
    props.handle?.(view);
  };
  onMount(() => void load().then((module) => runWithOwner(owner, () => make(module))));
  const onChange = <T,>(read: () => T, act: (value: T) => void) =>
    createEffect(on(read, act, { defer: true }));
  onChange(
    () => props.value,
    (value) => {
      if (!typing.isOpen()) view?.setText(value);
    },
  );
  onChange(marks, (found) => view?.setMarks(found));
  onChange(
    () => props.readOnly,
    (readOnly) => view?.setReadOnly(readOnly ?? false),
  );
  onCleanup(() => {
    alive = false;
    typing.commit();
    view?.destroy();
  });
  return { ready, focused, focus: () => view?.focus() };
}

/**
 * A text editor in a shadow root of its own, so that its styles are adopted sheets and the CSP allows them
 * (12 §1). Until CodeMirror is there the text stands in its place, so nothing jumps.
 */
export function CodeEditor(props: CodeEditorProps): JSX.Element {
  let host: HTMLDivElement | undefined;
  const editor = createEditor(props, () => host);
  const line = () => (props.prose ? 20 : 18);
  const rows = (n: number) => `${n * line() + (props.singleLine ? 8 : 14)}px`;
  return (
    <div
      class="code"
      classList={{ fill: props.fill, prose: props.prose, single: props.singleLine }}
      data-focused={editor.focused() ? '' : undefined}
      data-invalid={props.invalid ? '' : undefined}
      data-readonly={props.readOnly ? '' : undefined}
      onClick={(event) => event.target === event.currentTarget && editor.focus()}
    >
      <div
        class="code-host"
        ref={host}
        style={
          props.fill
            ? {}
            : { 'min-height': rows(props.minRows ?? 1), 'max-height': rows(props.maxRows ?? 14) }
        }
      />
      <Show when={!editor.ready()}>
        <div class="code-waiting" aria-hidden="true">
          {props.value || props.placeholder}
        </div>
      </Show>
      <Show when={props.foot}>
        <div class="code-foot">{props.foot}</div>
      </Show>
    </div>
  );
}
