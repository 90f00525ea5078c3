import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import { initials, personColor } from './format';
import { Icon } from './Icon';
import { t } from './i18n';

/** A person as a plain circle with two letters. */
export function Avatar(props: { id: string; name: string; size?: 'normal' | 'small' }): JSX.Element {
  return (
    <span
      class={`avatar ${props.size === 'small' ? 'small-avatar' : ''}`}
      style={{ background: personColor(props.id) }}
      title={props.name}
      aria-hidden="true"
    >
      {initials(props.name)}
    </span>
  );
}

/** The mark of the product: a line of flow on a dark tile. */
export function Logo(props: { size?: number }): JSX.Element {
  return (
    <svg
      width={props.size ?? 20}
      height={props.size ?? 20}
      viewBox="0 0 20 20"
      aria-hidden="true"
      class="icon"
    >
      <rect x="1" y="1" width="18" height="18" rx="4.5" fill="var(--text)" />
      <path
        d="M6 13.25h1.5c3.5 0 1.5-6.5 5-6.5H14"
        fill="none"
        stroke="var(--surface)"
        stroke-width="1.9"
        stroke-linecap="round"
      />
      <circle cx="5.9" cy="13.25" r="1.35" fill="var(--surface)" />
      <circle cx="14.1" cy="6.75" r="1.35" fill="var(--surface)" />
    </svg>
  );
}

interface SwitchProps {
  checked: boolean;
  onChange: (value: boolean) => void;
  label: string;
  disabled?: boolean;
  id?: string | undefined;
}

/** On or off, at once. */
export function Switch(props: SwitchProps): JSX.Element {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      id={props.id}
      aria-checked={props.checked}
      aria-label={props.label}
      disabled={props.disabled ?? false}
      onClick={() => props.onChange(!props.checked)}
    />
  );
}

/** A collapsed section of a dock: 32 high, one line above it. */
export function Collapsible(props: {
  title: string;
  note?: JSX.Element;
  startsOpen?: boolean;
  /** Buttons at the right end of the head. */
  tools?: JSX.Element;
  children: JSX.Element;
}): JSX.Element {
  const [open, setOpen] = createSignal(props.startsOpen ?? false);
  return (
    <section class="collapsible">
      <div class="collapsible-head">
        <button
          type="button"
          class="collapsible-button"
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <Icon name={open() ? 'chevron-down' : 'chevron-right'} />
          <span class="grow cut">{props.title}</span>
          <span class="small muted">{props.note}</span>
        </button>
        {props.tools}
      </div>
      <Show when={open()}>
        <div class="collapsible-body">{props.children}</div>
      </Show>
    </section>
  );
}

/** Copies a text and says so. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Offers a text or bytes as a file. */
export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Grey bars in the shape of what will come, from 150 ms on. */
export function Skeleton(props: { rows: number; height?: number }): JSX.Element {
  return (
    <div class="skeletons" role="status" aria-label={t('loading')}>
      <For each={Array.from({ length: props.rows })}>
        {(_, index) => (
          <div
            class="skeleton"
            style={{ height: `${props.height ?? 14}px`, width: `${[72, 54, 64, 48][index() % 4] ?? 60}%` }}
          />
        )}
      </For>
    </div>
  );
}
