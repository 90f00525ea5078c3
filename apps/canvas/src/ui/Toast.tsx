import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import { announce } from './announcer';
import { Icon } from './Icon';
import { t } from './i18n';

export interface ToastSpec {
  text: string;
  /** Small words below: a code, a request id. */
  note?: string | undefined;
  look?: 'plain' | 'success' | 'error';
  action?: { label: string; run: () => void } | undefined;
}

interface Shown extends ToastSpec {
  id: number;
}

const SHOW_MS = 6000;
const [toasts, setToasts] = createSignal<Shown[]>([]);
let nextId = 1;

/** Shows a short message at the corner; errors stay until closed. */
export function toast(spec: ToastSpec): void {
  const shown: Shown = { ...spec, id: nextId++ };
  setToasts((list) => [...list.slice(-3), shown]);
  announce(spec.text, spec.look === 'error' ? 'assertive' : 'polite');
  if (spec.look !== 'error') setTimeout(() => dismiss(shown.id), SHOW_MS);
}

function dismiss(id: number): void {
  setToasts((list) => list.filter((item) => item.id !== id));
}

/** The corner where toasts appear; once per page. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts">
      <For each={toasts()}>
        {(item) => (
          <div class="toast">
            <Show when={item.look === 'error'}>
              <span class="text-error">
                <Icon name="error" />
              </span>
            </Show>
            <Show when={item.look === 'success'}>
              <span class="text-success">
                <Icon name="check" />
              </span>
            </Show>
            <div class="grow">
              <div>{item.text}</div>
              <Show when={item.note}>
                <div class="small muted">{item.note}</div>
              </Show>
              <Show when={item.action}>
                {(action) => (
                  <button
                    type="button"
                    class="btn link"
                    onClick={() => {
                      action().run();
                      dismiss(item.id);
                    }}
                  >
                    {action().label}
                  </button>
                )}
              </Show>
            </div>
            <button
              type="button"
              class="icon-btn compact"
              aria-label={t('close')}
              onClick={() => dismiss(item.id)}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
