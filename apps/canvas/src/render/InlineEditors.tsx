import { createMemo, createSignal, onMount, Show, type JSX } from 'solid-js';
import { wantsElse } from '../model/graph';
import { toScreen } from '../model/camera';
import { useScene } from './scene';
import { texts } from './texts';

/** Text fields that stand on the graph while a label or a condition is edited. */
export function InlineEditors(): JSX.Element {
  const { session } = useScene();
  return (
    <>
      <Show when={session.editor.rename} keyed>
        {(id) => <LabelEditor id={id} />}
      </Show>
      <Show when={session.editor.conditionEdit} keyed>
        {(id) => <ConditionEditor id={id} />}
      </Show>
    </>
  );
}

function focusHost(from: Element | undefined): void {
  from?.closest('.flow-canvas')?.querySelector<HTMLElement>('.flow-host')?.focus();
}

function LabelEditor(props: { id: string }): JSX.Element {
  const { session } = useScene();
  let input: HTMLInputElement | undefined;
  let done = false;
  const finish = (keep: boolean): void => {
    if (done || !input) return;
    done = true;
    const label = input.value.trim();
    const owned = document.activeElement === input;
    if (keep && label && label !== session.store.nodes[props.id]?.label) {
      session.writes.setNodeLabel(props.id, label);
      session.announce(`Renamed to ${label}`);
    }
    if (owned) focusHost(input);
    session.context.set('rename', null);
  };
  const place = (): JSX.CSSProperties => {
    const position = session.store.nodes[props.id]?.position ?? { x: 0, y: 0 };
    const { k } = session.editor.viewport;
    const at = toScreen(session.editor.viewport, { x: position.x + 32, y: position.y + 4 });
    return { transform: `translate(${at.x}px, ${at.y}px) scale(${k})` };
  };
  onMount(() => {
    input?.focus();
    input?.select();
  });
  return (
    <input
      ref={input}
      class="label-editor"
      type="text"
      maxlength="200"
      aria-label={texts.label}
      style={place()}
      spellcheck={false}
      value={session.store.nodes[props.id]?.label ?? ''}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') finish(true);
        else if (event.key === 'Escape') finish(false);
      }}
      onBlur={() => finish(true)}
    />
  );
}

function ConditionEditor(props: { id: string }): JSX.Element {
  const { session, geometry } = useScene();
  const edge = () => session.store.edges[props.id];
  const [text, setText] = createSignal(edge()?.condition ?? '');
  let input: HTMLInputElement | undefined;
  let root: HTMLDivElement | undefined;
  let done = false;
  const finish = (value: string | null): void => {
    if (done) return;
    done = true;
    const owned = root?.contains(document.activeElement) ?? false;
    const condition = value?.trim();
    if (condition !== undefined && condition !== (edge()?.condition ?? '')) {
      session.writes.updateEdge(props.id, { condition });
      session.announce(`Condition ${condition}`);
    }
    if (owned) focusHost(root);
    session.context.set('conditionEdit', null);
  };
  const offersElse = createMemo(() => wantsElse(session.index, edge()?.source.node ?? '', props.id));
  const place = (): JSX.CSSProperties => {
    geometry();
    const at = toScreen(session.editor.viewport, session.index.route(props.id)?.pill ?? { x: 0, y: 0 });
    return { transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)` };
  };
  onMount(() => {
    input?.focus();
    input?.select();
  });
  return (
    <div
      ref={root}
      class="condition-editor"
      style={place()}
      onFocusOut={(event) => {
        if (!root?.contains(event.relatedTarget as Node | null)) finish(text());
      }}
    >
      <input
        ref={input}
        type="text"
        aria-label={texts.condition}
        placeholder={texts.condition}
        spellcheck={false}
        autocomplete="off"
        value={text()}
        size={Math.max(14, Math.min(40, text().length + 2))}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') finish(text());
          else if (event.key === 'Escape') finish(null);
        }}
      />
      <Show when={offersElse()}>
        <button type="button" onClick={() => finish(texts.otherwise)}>
          {texts.otherwise}
        </button>
      </Show>
    </div>
  );
}
