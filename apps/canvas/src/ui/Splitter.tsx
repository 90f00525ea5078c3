import type { JSX } from 'solid-js';
import { createSignal } from 'solid-js';

interface SplitterProps {
  /** `'vertical'` is a vertical line that changes a width. */
  line: 'vertical' | 'horizontal';
  /** Size now, in pixels. */
  size: number;
  min: number;
  max: number;
  /** +1 when moving right or down grows the dock, -1 when it shrinks it. */
  grows: 1 | -1;
  label: string;
  style: JSX.CSSProperties;
  onResize: (size: number) => void;
}

const STEP = 16;

/** The draggable hairline between two docks; arrows move it too. */
export function Splitter(props: SplitterProps): JSX.Element {
  const [active, setActive] = createSignal(false);
  const clamp = (size: number) => Math.round(Math.min(props.max, Math.max(props.min, size)));
  const along = (event: PointerEvent) => (props.line === 'vertical' ? event.clientX : event.clientY);

  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const handle = event.currentTarget;
    const from = along(event);
    const size = props.size;
    handle.setPointerCapture(event.pointerId);
    setActive(true);
    const move = (next: PointerEvent) => props.onResize(clamp(size + (along(next) - from) * props.grows));
    const end = () => {
      setActive(false);
      handle.removeEventListener('pointermove', move);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', end, { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = props.line === 'vertical' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const step = event.key === more ? STEP : event.key === less ? -STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    props.onResize(clamp(props.size + step * props.grows));
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation={props.line}
      aria-label={props.label}
      aria-valuenow={props.size}
      aria-valuemin={props.min}
      aria-valuemax={props.max}
      class={`splitter ${props.line} ${active() ? 'active' : ''}`}
      style={props.style}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
