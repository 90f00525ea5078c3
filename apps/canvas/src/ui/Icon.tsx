import type { JSX } from 'solid-js';
import sprite from './icons.svg?raw';
import type { UiIcon } from './iconNames';

/** Puts the symbols of icons.svg into the document once; `<use href="#kind-…">` works anywhere after it. */
export function installIcons(doc: Document = document): void {
  if (doc.getElementById('icon-sprite')) return;
  const parsed = new DOMParser().parseFromString(sprite, 'image/svg+xml').documentElement;
  const host = doc.importNode(parsed, true);
  host.setAttribute('id', 'icon-sprite');
  host.setAttribute('aria-hidden', 'true');
  host.setAttribute('width', '0');
  host.setAttribute('height', '0');
  host.setAttribute('class', 'icon-sprite');
  doc.body.prepend(host);
}

interface IconProps {
  name: UiIcon;
  /** Side in CSS pixels, 16 unless given. */
  size?: number;
  class?: string;
}

/**
 * An interface icon in the colour of the text around it. Decorative: the control that holds it carries the
 * name.
 */
export function Icon(props: IconProps): JSX.Element {
  return (
    <svg
      class={`icon ${props.class ?? ''}`}
      width={props.size ?? 16}
      height={props.size ?? 16}
      aria-hidden="true"
    >
      <use href={`#ui-${props.name}`} />
    </svg>
  );
}

interface KindIconProps {
  /** Kind id of chapter 02; an unknown one draws nothing. */
  kind: string;
  size?: number;
  /** Category of the kind; colours the icon with `--cat-<category>`. */
  category?: string;
}

/** The icon of a node kind, in its category's colour when that is given. */
export function KindIcon(props: KindIconProps): JSX.Element {
  return (
    <svg
      class="icon"
      width={props.size ?? 16}
      height={props.size ?? 16}
      aria-hidden="true"
      style={props.category ? { color: `var(--cat-${props.category})` } : undefined}
    >
      <use href={`#kind-${props.kind}`} />
    </svg>
  );
}
