import type { JSX } from 'solid-js';
import { IconButton } from '../../ui/Button';
import { t } from '../../ui/i18n';
import type { UiIcon } from '../../ui/iconNames';

export type DebugAction = 'continue' | 'pause' | 'step_over' | 'step_into' | 'step_out' | 'cancel';

/** Continue, pause, the three steps and stop; each with the key that does the same. */
export function RunControls(props: {
  paused: boolean;
  onAct: (action: DebugAction) => void;
}): JSX.Element {
  const button = (icon: UiIcon, label: string, keys: string, act: DebugAction) => (
    <IconButton
      icon={icon}
      label={label}
      shortcut={keys}
      disabled={act.startsWith('step') && !props.paused}
      onClick={() => props.onAct(act)}
    />
  );
  return (
    <span class="row" style={{ gap: '2px' }} role="group" aria-label={t('controls')}>
      {button('play', t('continue'), 'F9', 'continue')}
      {button('pause', t('pause'), 'Shift+F9', 'pause')}
      {button('step-over', t('stepOver'), 'F10', 'step_over')}
      {button('step-into', t('stepInto'), 'F7', 'step_into')}
      {button('step-out', t('stepOut'), 'Shift+F7', 'step_out')}
      <IconButton icon="stop" label={t('stop')} onClick={() => props.onAct('cancel')} />
    </span>
  );
}
