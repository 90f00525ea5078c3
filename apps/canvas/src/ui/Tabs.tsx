import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';

export interface TabItem<Id extends string> {
  id: Id;
  label: string;
  count?: number | undefined;
  countLook?: 'warning' | 'error' | 'plain' | undefined;
}

interface TabsProps<Id extends string> {
  items: TabItem<Id>[];
  value: Id;
  onChange: (id: Id) => void;
  label: string;
}

/** The tab row of a dock: arrows move, one tab stop. The caller draws the panel of `value`. */
export function Tabs<Id extends string>(props: TabsProps<Id>): JSX.Element {
  let host: HTMLDivElement | undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = props.items.findIndex((item) => item.id === props.value);
    const next = props.items[(at + step + props.items.length) % props.items.length];
    if (!next) return;
    event.preventDefault();
    props.onChange(next.id);
    host?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={props.label} ref={host} onKeyDown={onKeyDown}>
      <For each={props.items}>
        {(item) => (
          <button
            type="button"
            role="tab"
            class="tab"
            data-tab={item.id}
            aria-selected={item.id === props.value}
            tabIndex={item.id === props.value ? 0 : -1}
            onClick={() => props.onChange(item.id)}
          >
            {item.label}
            <Show when={item.count}>
              <span class={`count ${item.countLook ?? ''}`}>{item.count}</span>
            </Show>
          </button>
        )}
      </For>
    </div>
  );
}

/** Two or three ways to see the same thing, as quiet words. */
export function Segments<Id extends string>(props: TabsProps<Id>): JSX.Element {
  return (
    <div class="segmented" role="group" aria-label={props.label}>
      <For each={props.items}>
        {(item) => (
          <button
            type="button"
            class="segment"
            aria-pressed={item.id === props.value}
            onClick={() => props.onChange(item.id)}
          >
            {item.label}
          </button>
        )}
      </For>
    </div>
  );
}
