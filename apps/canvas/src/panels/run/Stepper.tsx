import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { IconButton } from '../../ui/Button';
import { t } from '../../ui/i18n';
import { Kbd } from '../../ui/Kbd';

/** `3 of 12` between a step back and one forth. */
export function Stepper(props: {
  /** What is stepped through: spoken, and the tooltips' subject. */
  name: string;
  nth: number;
  of: number;
  keys?: readonly [string, string];
  onStep: (by: 1 | -1) => void;
}): JSX.Element {
  return (
    <span class="stepper" role="group" aria-label={props.name}>
      <IconButton
        icon="chevron-left"
        size="compact"
        label={t('step.previous', { name: props.name })}
        shortcut={props.keys?.[0] ?? ''}
        disabled={props.nth <= 1}
        onClick={() => props.onStep(-1)}
      />
      <span class="scrub-text" aria-live="polite">
        <span class="strong">{props.nth}</span> {t('of', { n: props.of })}
      </span>
      <IconButton
        icon="chevron-right"
        size="compact"
        label={t('step.next', { name: props.name })}
        shortcut={props.keys?.[1] ?? ''}
        disabled={props.nth >= props.of}
        onClick={() => props.onStep(1)}
      />
      <Show when={props.keys}>
        {(keys) => (
          <span class="row stepper-keys" aria-hidden="true">
            <Kbd keys={keys()[0]} />
            <Kbd keys={keys()[1]} />
          </span>
        )}
      </Show>
    </span>
  );
}
