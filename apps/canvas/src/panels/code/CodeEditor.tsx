import type { JSX } from 'solid-js';
import { createEffect, createSignal, getOwner, on, onCleanup, onMount, runWithOwner, Show } from 'solid-js';
import type { CodeView, Mark } from './codeView';
import type { CodeMode } from './languages';
import type { ScopeName } from './scope';

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
  names?: (() => readonly ScopeName[]) | undefined;
  words?: (() => readonly string[]) | undefined;
  marks?: readonly Mark[] | undefined;
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

/**
 * A text editor in a shadow root of its own, so that its styles are adopted sheets and the CSP allows them (12 §1).
 * Until CodeMirror is there the text stands in its place, so nothing jumps.
 */
export function CodeEditor(props: CodeEditorProps): JSX.Element {
  let host: HTMLDivElement | undefined;
  let view: CodeView | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let typed: string | undefined;
  let alive = true;
  const [ready, setReady] = createSignal(false);
  const [focused, setFocused] = createSignal(false);

  const commit = () => {
    clearTimeout(timer);
    timer = undefined;
    if (typed === undefined) return;
    const text = typed;
    typed = undefined;
    if (text !== props.value) props.onCommit(text);
  };
  const onInput = (text: string) => {
    typed = text;
    if (props.commits === 'keystroke') commit();
    else {
      clearTimeout(timer);
      timer = setTimeout(commit, STILL_MS);
    }
  };
  onMount(() => {
    const owner = getOwner();
    void load().then(({ createCodeView }) =>
      runWithOwner(owner, () => {
        if (!alive || !host) return;
        const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
        view = createCodeView({
          parent: root,
          mode: props.mode,
          text: props.value,
          label: props.label,
          placeholder: props.placeholder ?? '',
          readOnly: props.readOnly ?? false,
          singleLine: props.singleLine ?? false,
          lineNumbers: props.lineNumbers ?? false,
          prose: props.prose ?? false,
          names: () => props.names?.() ?? [],
          words: () => props.words?.() ?? [],
          onInput,
          onCommit: commit,
          onFocus: setFocused,
        });
        setReady(true);
        view.setMarks(props.marks ?? []);
        props.handle?.(view);
      }),
    );
  });
  createEffect(
    on(
      () => props.value,
      (value) => {
        if (typed === undefined) view?.setText(value);
      },
      { defer: true },
    ),
  );
  createEffect(
    on(
      () => props.marks,
      (marks) => view?.setMarks(marks ?? []),
      { defer: true },
    ),
  );
  createEffect(
    on(
      () => props.readOnly,
      (readOnly) => view?.setReadOnly(readOnly ?? false),
      { defer: true },
    ),
  );
  onCleanup(() => {
    alive = false;
    commit();
    view?.destroy();
  });

  const line = () => (props.prose ? 20 : 18);
  const rows = (n: number) => `${n * line() + (props.singleLine ? 8 : 14)}px`;
  return (
    <div
      class={`code ${props.fill ? 'fill' : ''} ${props.prose ? 'prose' : ''} ${props.singleLine ? 'single' : ''}`}
      data-focused={focused() ? '' : undefined}
      data-invalid={props.invalid ? '' : undefined}
      data-readonly={props.readOnly ? '' : undefined}
      onClick={(event) => event.target === event.currentTarget && view?.focus()}
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
      <Show when={!ready()}>
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
