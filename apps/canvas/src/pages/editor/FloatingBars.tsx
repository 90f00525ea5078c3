import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { CanvasSession } from '../../editor/session';
import { countText } from '../../panels/ProblemsPanel';
import { Button, IconButton } from '../../ui/Button';
import { duration } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { setUiSettings, uiSettings } from '../../ui/theme';
import type { EditorPageState } from './editorState';

/** What the docks shrink to when they are closed. */
export function FloatingBars(props: { state: EditorPageState }): JSX.Element {
  const { state } = props;
  return (
    <>
      <Show when={!uiSettings().leftOpen}>
        <div class="float-column">
          <IconButton
            icon="plus"
            label={t('addStep')}
            shortcut="A"
            disabled={state.readOnly()}
            onClick={() => state.session.commands.run('add.quick')}
          />
          <IconButton
            icon="dock"
            label={t('palette')}
            shortcut="N"
            onClick={() => state.openLeft('palette')}
          />
          <IconButton
            icon="search"
            label={t('search')}
            shortcut="Mod+F"
            onClick={() => state.openLeft('search')}
          />
        </div>
      </Show>
      <Show when={!uiSettings().bottomOpen}>
        <StatusBar state={state} />
      </Show>
      <Show when={!uiSettings().rightOpen}>
        <div class="float-column at-right">
          <IconButton
            icon="settings"
            label={t('properties')}
            shortcut="P"
            onClick={() => setUiSettings({ rightOpen: true })}
          />
        </div>
      </Show>
    </>
  );
}

/** Problems, the last check and the size of the flow in one line. */
function StatusBar(props: { state: EditorPageState }): JSX.Element {
  const { session, preview } = props.state;
  const index = preview.diagnostics;
  const severity = () => (index().errors > 0 ? 'error' : index().warnings > 0 ? 'warning' : 'success');
  const icon = () => (severity() === 'success' ? 'check' : index().errors > 0 ? 'error' : 'warning');
  const checked = () => {
    const ms = preview.took();
    return ms === undefined ? t('preview') : t('checkedIn', { span: duration(ms) });
  };
  return (
    <div class="float-bar status-bar">
      <button type="button" class="status-part" onClick={() => props.state.showBottom('problems')}>
        <span class={`text-${severity()}`}>
          <Icon name={icon()} />
        </span>
        {countText(index()) || t('problems.none')}
      </button>
      <span class="divider" />
      <button type="button" class="status-part muted" onClick={() => props.state.showBottom('preview')}>
        <Icon name="check" />
        {checked()}
      </button>
      <span class="divider" />
      <span class="status-part muted">{t('steps', { n: session.store.nodeOrder.length })}</span>
      <IconButton icon="expand" label={t('openDock')} onClick={() => setUiSettings({ bottomOpen: true })} />
    </div>
  );
}

/** The hint on an empty canvas. */
export function FirstStep(props: { session: CanvasSession }): JSX.Element {
  const entries = [
    { id: 'entry_api', text: t('entry.api') },
    { id: 'entry_webhook', text: t('entry.webhook') },
    { id: 'entry_schedule', text: t('entry.schedule') },
  ];
  return (
    <div class="first-step">
      <h2>{t('addEntry')}</h2>
      <p class="small muted">{t('addEntry.text')}</p>
      <div class="row wrap">
        <For each={entries}>
          {(entry) => <Button onClick={() => props.session.placeAtCentre(entry.id)}>{entry.text}</Button>}
        </For>
      </div>
    </div>
  );
}
