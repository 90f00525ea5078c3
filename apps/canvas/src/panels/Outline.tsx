import type { JSX } from 'solid-js';
import { createMemo, For, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import { categoryOf, kindTitle } from '../model/kinds';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { outlineOf } from './outlineModel';

/** The same graph as a tree, for reading in order and without a pointer; focus and selection are shared. */
export function Outline(props: {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  onGo: (id: string) => void;
}): JSX.Element {
  const { store, editor } = props.session;
  const outline = createMemo(() => outlineOf(store));
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')];
    const next =
      rows[
        Math.max(0, Math.min(rows.length - 1, rows.indexOf(document.activeElement as HTMLElement) + step))
      ];
    next?.focus();
  };
  const row = (id: string, depth: number, via: string, seen: boolean, index: number) => (
    <button
      type="button"
      role="treeitem"
      class="outline-row"
      aria-level={depth + 1}
      aria-selected={editor.selection[id] === true}
      tabIndex={index === 0 ? 0 : -1}
      style={{ 'padding-left': `${12 + depth * 14}px` }}
      onClick={() => props.onGo(id)}
    >
      <KindIcon
        kind={store.nodes[id]?.type ?? ''}
        category={categoryOf(store.nodes[id]?.type ?? '')}
        size={14}
      />
      <span class="cut">{store.nodes[id]?.label || kindTitle(store.nodes[id]?.type ?? '')}</span>
      <Show when={seen}>
        <span class="small muted">{t('seeAbove')}</span>
      </Show>
      <Show when={via !== ''}>
        <span class="small muted cut mono">{via}</span>
      </Show>
      <Show when={props.diagnostics().byNode.get(id)?.length}>
        <span
          class={
            props
              .diagnostics()
              .byNode.get(id)
              ?.some((d) => d.severity === 'error')
              ? 'text-error'
              : 'text-warning'
          }
          style={{ 'margin-left': 'auto' }}
        >
          <Icon name="warning" size={12} />
        </span>
      </Show>
    </button>
  );
  return (
    <div class="scroll grow outline" role="tree" aria-label={t('outline')} onKeyDown={onKeyDown}>
      <For each={outline().items} fallback={<div class="empty">{t('outline.empty')}</div>}>
        {(item, index) => row(item.nodeId, item.depth, item.via, item.seen, index())}
      </For>
      <Show when={outline().loose.length > 0}>
        <div class="palette-title">{t('unreachable')}</div>
        <For each={outline().loose}>{(id) => row(id, 0, '', false, 1)}</For>
      </Show>
    </div>
  );
}
