import { ContextMenu } from '@kobalte/core/context-menu';
import { DropdownMenu } from '@kobalte/core/dropdown-menu';
import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import { Icon } from './Icon';
import { Kbd } from './Kbd';
import { useLayer } from './layer';
import type { UiIcon } from './iconNames';

export interface MenuEntry {
  label: string;
  icon?: UiIcon;
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
  run: () => void;
}

/** `'line'` draws a separator. */
export type MenuItems = (MenuEntry | 'line')[];

interface MenuProps {
  items: MenuItems;
  /** Name of the button for screen readers; leave out when its content says it. */
  label?: string;
  class?: string;
  children: JSX.Element;
  placement?: 'bottom-start' | 'bottom-end' | 'top-start';
}

/** A button that opens a menu. */
export function Menu(props: MenuProps): JSX.Element {
  const layer = useLayer();
  return (
    <DropdownMenu modal={false} gutter={4} placement={props.placement ?? 'bottom-start'}>
      <DropdownMenu.Trigger class={props.class ?? 'icon-btn'} aria-label={props.label}>
        {props.children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal mount={layer()}>
        <DropdownMenu.Content class="popover">
          <For each={props.items}>
            {(item) =>
              item === 'line' ? (
                <DropdownMenu.Separator class="menu-separator" />
              ) : (
                <DropdownMenu.Item
                  class={`menu-item ${item.danger ? 'danger' : ''}`}
                  disabled={item.disabled ?? false}
                  onSelect={() => later(item.run)}
                >
                  <EntryContent item={item} />
                </DropdownMenu.Item>
              )
            }
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}

/** Runs after the menu has given the focus back, so that a dialog opened by it keeps the focus. */
function later(run: () => void): void {
  setTimeout(run);
}

function EntryContent(props: { item: MenuEntry }): JSX.Element {
  return (
    <>
      <Show when={props.item.checked !== undefined}>
        <span style={{ visibility: props.item.checked ? 'visible' : 'hidden' }}>
          <Icon name="check" />
        </span>
      </Show>
      <Show when={props.item.icon}>{(name) => <Icon name={name()} />}</Show>
      <span class="grow cut">{props.item.label}</span>
      <Show when={props.item.keys}>{(keys) => <Kbd keys={keys()} />}</Show>
    </>
  );
}

/** The same menu on right click, long press and the Menu key, around any content. */
export function ContextArea(props: { items: MenuItems; class?: string; children: JSX.Element }): JSX.Element {
  const layer = useLayer();
  return (
    <ContextMenu modal={false}>
      <ContextMenu.Trigger class={props.class}>{props.children}</ContextMenu.Trigger>
      <ContextMenu.Portal mount={layer()}>
        <ContextMenu.Content class="popover">
          <For each={props.items}>
            {(item) =>
              item === 'line' ? (
                <ContextMenu.Separator class="menu-separator" />
              ) : (
                <ContextMenu.Item
                  class={`menu-item ${item.danger ? 'danger' : ''}`}
                  disabled={item.disabled ?? false}
                  onSelect={() => later(item.run)}
                >
                  <EntryContent item={item} />
                </ContextMenu.Item>
              )
            }
          </For>
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu>
  );
}
