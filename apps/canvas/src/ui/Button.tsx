import type { JSX } from 'solid-js';
import { Show, splitProps } from 'solid-js';
import { Icon } from './Icon';
import { Kbd } from './Kbd';
import { Tooltip } from './Tooltip';
import type { UiIcon } from './iconNames';

export type ButtonLook = 'primary' | 'secondary' | 'ghost' | 'danger' | 'link';

interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  size?: 'normal' | 'medium' | 'large';
  icon?: UiIcon;
  /** A key that does the same, drawn inside the button. */
  kbd?: string | undefined;
}

/**
 * Class of a look; `.ghost` is a dashed outline on the canvas, so the quiet button has another name there.
 */
const LOOK = { primary: 'primary', secondary: '', ghost: 'plain', danger: 'danger', link: 'link' } as const;

/** A text button, 28 high. One primary button per screen. */
export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['look', 'size', 'icon', 'kbd', 'children', 'class']);
  return (
    <button
      type="button"
      {...rest}
      class={`btn ${LOOK[own.look ?? 'secondary']} ${own.size ?? ''} ${own.class ?? ''}`}
    >
      <Show when={own.icon}>{(name) => <Icon name={name()} />}</Show>
      {own.children}
      <Show when={own.kbd}>{(keys) => <Kbd keys={keys()} />}</Show>
    </button>
  );
}

interface IconButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  icon: UiIcon;
  /** Its name for everybody: spoken, and shown in a tooltip. */
  label: string;
  shortcut?: string;
  size?: 'normal' | 'compact';
}

/** A square button with an icon and a tooltip that names it. */
export function IconButton(props: IconButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['icon', 'label', 'shortcut', 'size', 'class']);
  return (
    <Tooltip text={own.label} shortcut={own.shortcut}>
      <button
        type="button"
        {...rest}
        aria-label={own.label}
        class={`icon-btn ${own.size === 'compact' ? 'compact' : ''} ${own.class ?? ''}`}
      >
        <Icon name={own.icon} />
      </button>
    </Tooltip>
  );
}
