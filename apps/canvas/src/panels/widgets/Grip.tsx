import type { JSX } from 'solid-js';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';

interface GripProps {
  /** What is moved, for screen readers. */
  name: string;
  disabled: boolean;
  /** Moves the row by so many places; negative is up. */
  onMove: (step: number) => void;
}

/**
 * The handle of a row: dragged, or moved by the up and down arrows. The row is the element the grip stands
 * in.
 */
export function Grip(props: GripProps): JSX.Element {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    props.onMove(step);
  };
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const grip = event.currentTarget;
    const row = grip.parentElement;
    if (event.button !== 0 || !row || props.disabled) return;
    const from = event.clientY;
    let shift = 0;
    grip.setPointerCapture(event.pointerId);
    const move = (next: PointerEvent) => {
      shift = next.clientY - from;
      row.style.transform = `translateY(${shift}px)`;
    };
    const end = () => {
      grip.removeEventListener('pointermove', move);
      row.style.transform = '';
      const step = Math.round(shift / Math.max(1, row.offsetHeight));
      if (step !== 0) props.onMove(step);
    };
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', end, { once: true });
  };
  return (
    <button
      type="button"
      class="grip"
      aria-label={t('moveRow', { name: props.name })}
      disabled={props.disabled}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    >
      <Icon name="grip" />
    </button>
  );
}

/** A list with one member moved by `step` places, kept inside the list. */
export function moved<T>(list: readonly T[], index: number, step: number): T[] {
  const next = [...list];
  const taken = next.splice(index, 1);
  next.splice(Math.max(0, Math.min(next.length, index + step)), 0, ...taken);
  return next;
}
