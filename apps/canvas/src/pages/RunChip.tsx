import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import type { RunStatus } from '../api/types';
import { t } from '../ui/i18n';

const TEXT = {
  queued: 'status.queued',
  running: 'status.running',
  suspended: 'status.suspended',
  completed: 'status.completed',
  failed: 'status.failed',
  cancelled: 'status.cancelled',
} as const;

/** The state of an execution, 20 high. Cancelled and queued are quiet. */
export function RunChip(props: { status: RunStatus }): JSX.Element {
  return (
    <span class={`chip ${props.status}`}>
      <Show when={props.status !== 'cancelled'}>
        <span class="dot" />
      </Show>
      {t(TEXT[props.status])}
    </span>
  );
}
