import { createMemo, For, onMount, Show, type JSX } from 'solid-js';
import type { MenuState } from '../editor/types';
import { Kbd } from '../ui/Kbd';
import { useScene } from './scene';
import { texts } from './texts';

type Entry = string | 'line';

const entries: Record<MenuState['target']['kind'], readonly Entry[]> = {
  canvas: [
    'add.quick',
    'edit.paste',
    'edit.selectAll',
    'line',
    'arrange.layout',
    'view.fit',
    'view.routeStyle',
    'view.snap',
  ],
  node: [
    'nav.open',
    'edit.rename',
    'connect.start',
    'add.quick',
    'line',
    'edit.toggleBreakpoint',
    'debug.sessionBreakpoint',
    'line',
    'edit.copy',
    'edit.cut',
    'edit.duplicate',
    'line',
    'edit.selectUpstream',
    'edit.selectDownstream',
    'arrange.left',
    'arrange.top',
    'arrange.distributeX',
    'arrange.layout',
    'edit.detach',
    'line',
    'edit.deleteHeal',
    'edit.delete',
  ],
  edge: [
    'edge.condition',
    'add.onEdge',
    'line',
    'edge.sequential',
    'edge.conditional',
    'edge.data',
    'line',
    'edge.changeStart',
    'edge.changeEnd',
    'line',
    'edit.delete',
  ],
};

/** The commands for what is under the pointer, with their keys. */
export function ContextMenu(): JSX.Element {
  const { session } = useScene();
  return (
    <Show when={session.editor.menu} keyed>
      {(menu) => <MenuList menu={{ ...menu }} />}
    </Show>
  );
}

function MenuList(props: { menu: MenuState }): JSX.Element {
  const { session } = useScene();
  let list: HTMLDivElement | undefined;
  const close = (): void => session.context.set('menu', null);
  const shown = createMemo(() =>
    tidied(entries[props.menu.target.kind].filter((id) => id === 'line' || session.commands.can(id))),
  );
  const place = (): JSX.CSSProperties => {
    const height = shown().reduce((sum, entry) => sum + (entry === 'line' ? 9 : 28), 8);
    const { w, h } = session.editor.size;
    const x = Math.min(props.menu.screen.x, w - 248);
    const y = Math.max(4, Math.min(props.menu.screen.y, h - height - 8));
    return { transform: `translate(${x}px, ${y}px)` };
  };
  const move = (by: number): void => {
    const items = [...(list?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + by + items.length) % items.length]?.focus();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = (): void => {
    const host = list?.closest('.flow-canvas')?.querySelector<HTMLElement>('.flow-host');
    close();
    host?.focus();
  };
  onMount(() => list?.querySelector<HTMLElement>('[role=menuitem]')?.focus());
  return (
    <div
      ref={list}
      class="float-menu"
      role="menu"
      aria-label={texts.menu}
      style={place()}
      onKeyDown={key}
      onFocusOut={(event) => {
        if (!list?.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <For each={shown()}>
        {(id) => (
          <Show when={id !== 'line'} fallback={<div class="float-menu-line" role="separator" />}>
            <button
              type="button"
              role="menuitem"
              class="float-menu-item"
              tabindex="-1"
              onPointerEnter={(event) => event.currentTarget.focus()}
              onClick={() => {
                leave();
                session.commands.run(id);
              }}
            >
              <span>{session.commands.get(id)?.title}</span>
              <Show when={session.commands.get(id)?.keys[0]}>{(keys) => <Kbd keys={keys()} />}</Show>
            </button>
          </Show>
        )}
      </For>
    </div>
  );
}

/** No line at an end, no two in a row. */
function tidied(list: readonly Entry[]): readonly Entry[] {
  return list.filter((entry, at) => {
    if (entry !== 'line') return true;
    return (
      at > 0 &&
      at < list.length - 1 &&
      list[at + 1] !== 'line' &&
      list.slice(0, at).some((before) => before !== 'line')
    );
  });
}
