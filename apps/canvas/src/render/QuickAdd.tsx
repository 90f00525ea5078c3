import { CATEGORIES, type KindSpec } from 'generated/kinds';
import { createMemo, createSignal, For, onMount, Show, type JSX } from 'solid-js';
import { addPicked, quickAddKinds } from '../editor/quickAdd';
import type { EditorState, QuickAddState } from '../editor/types';
import { toScreen } from '../model/camera';
import { Icon, KindIcon } from '../ui/Icon';
import { useScene } from './scene';
import { texts } from './texts';

const width = 264;
const height = 348;

/** The list of kinds that fit here, found by typing; the pick is added and connected. */
export function QuickAdd(): JSX.Element {
  const { session } = useScene();
  return (
    <Show when={session.editor.quickAdd} keyed>
      {(state) => <Picker state={{ ...state }} />}
    </Show>
  );
}

function Picker(props: { state: QuickAddState }): JSX.Element {
  const { session } = useScene();
  const [query, setQuery] = createSignal('');
  const [at, setAt] = createSignal(0);
  let input: HTMLInputElement | undefined;
  let root: HTMLDivElement | undefined;
  const groups = createMemo(() => grouped(quickAddKinds(props.state, query()), query() !== ''));
  const flat = createMemo(() => groups().flatMap((group) => group.kinds));
  const focusHost = (): void =>
    root?.closest('.flow-canvas')?.querySelector<HTMLElement>('.flow-host')?.focus();
  const pick = (kind: KindSpec | undefined): void => {
    if (!kind) return;
    const state = props.state;
    focusHost();
    addPicked(session.context, state, kind.id);
  };
  const step = (by: number): void => {
    const count = flat().length;
    if (count > 0) setAt((at() + by + count) % count);
    root?.querySelector(`#quick-${flat()[at()]?.id ?? ''}`)?.scrollIntoView({ block: 'nearest' });
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Enter') pick(flat()[at()]);
    else if (event.key === 'Escape' || event.key === 'Tab') focusHost();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  onMount(() => input?.focus());
  return (
    <div
      ref={root}
      class="quick-add"
      style={placeFor(session.editor, props.state)}
      onKeyDown={key}
      onFocusOut={(event) => {
        if (!root?.contains(event.relatedTarget as Node | null)) session.context.set('quickAdd', null);
      }}
    >
      <div class="quick-add-search">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="quick-add-list"
          autocomplete="off"
          aria-label={texts.findStep}
          placeholder={texts.findStep}
          spellcheck={false}
          aria-activedescendant={flat()[at()] ? `quick-${flat()[at()]?.id}` : undefined}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
        />
      </div>
      <KindList
        groups={groups()}
        active={flat()[at()]}
        onPick={pick}
        onPoint={(kind) => setAt(flat().indexOf(kind))}
      />
    </div>
  );
}

/** Beside the point it was opened for, kept inside the canvas. */
function placeFor(editor: EditorState, state: QuickAddState): JSX.CSSProperties {
  const screen = toScreen(editor.viewport, state.at);
  const { w, h } = editor.size;
  const left = state.from?.side === 'in' ? screen.x - width - 8 : screen.x + 8;
  const x = Math.max(8, Math.min(left, w - width - 8));
  const y = Math.max(8, Math.min(screen.y - 24, h - height - 8));
  return { transform: `translate(${Math.round(x)}px, ${Math.round(y)}px)` };
}

interface KindGroup {
  title: string;
  kinds: readonly KindSpec[];
}

interface KindListProps {
  groups: readonly KindGroup[];
  active: KindSpec | undefined;
  onPick: (kind: KindSpec) => void;
  onPoint: (kind: KindSpec) => void;
}

function KindList(props: KindListProps): JSX.Element {
  return (
    <div id="quick-add-list" class="quick-add-list" role="listbox" aria-label={texts.steps} tabindex="-1">
      <Show when={props.groups.length > 0} fallback={<p class="quick-add-none">{texts.noStep}</p>}>
        <For each={props.groups}>
          {(group) => (
            <div role="group" aria-label={group.title || texts.steps}>
              <Show when={group.title}>
                <div class="quick-add-title">{group.title}</div>
              </Show>
              <For each={group.kinds}>
                {(kind) => (
                  <div
                    id={`quick-${kind.id}`}
                    class="quick-add-item"
                    role="option"
                    aria-selected={props.active?.id === kind.id}
                    onPointerMove={() => props.onPoint(kind)}
                    onClick={() => props.onPick(kind)}
                  >
                    <KindIcon kind={kind.id} category={kind.category} />
                    <span>{kind.title}</span>
                  </div>
                )}
              </For>
            </div>
          )}
        </For>
      </Show>
    </div>
  );
}

/** By category in palette order; found kinds stand by how well they fit. */
function grouped(kinds: readonly KindSpec[], searching: boolean): KindGroup[] {
  if (searching) return kinds.length > 0 ? [{ title: '', kinds }] : [];
  return CATEGORIES.map((category) => ({
    title: category.title,
    kinds: kinds.filter((kind) => kind.category === category.id),
  })).filter((group) => group.kinds.length > 0);
}
