import type { JSX } from 'solid-js';
import { For } from 'solid-js';

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** How a shortcut such as `Mod+Shift+Enter` reads on this machine: `⌘⇧↵`, elsewhere `Ctrl Shift ↵`. */
export function keyText(keys: string, mac: boolean = MAC): string {
  const parts = keys.split('+').map((part) => {
    switch (part) {
      case 'Mod':
        return mac ? '⌘' : 'Ctrl';
      case 'Shift':
        return mac ? '⇧' : 'Shift';
      case 'Alt':
        return mac ? '⌥' : 'Alt';
      case 'Enter':
        return '↵';
      case 'Up':
        return '↑';
      case 'Down':
        return '↓';
      default:
        return part;
    }
  });
  return parts.join(mac ? '' : ' ');
}

/** A key, drawn where it acts. */
export function Kbd(props: { keys: string }): JSX.Element {
  return <kbd class="kbd">{keyText(props.keys)}</kbd>;
}

/** Keys with what they do, for the foot of a list. */
export function KeyHints(props: { hints: { keys: string[]; text: string }[] }): JSX.Element {
  return (
    <For each={props.hints}>
      {(hint) => (
        <span class="row small muted">
          <span class="row" style={{ gap: '4px' }}>
            <For each={hint.keys}>{(key) => <Kbd keys={key} />}</For>
          </span>
          {hint.text}
        </span>
      )}
    </For>
  );
}
