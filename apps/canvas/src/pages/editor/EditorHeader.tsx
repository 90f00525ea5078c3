import { A, useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Logo } from '../../ui/Bits';
import { Button, IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import type { UiIcon } from '../../ui/iconNames';
import type { MenuEntry, MenuItems } from '../../ui/Menu';
import { Menu } from '../../ui/Menu';
import { SettledInput } from '../../panels/widgets/simple';
import type { EditorPageState } from './editorState';

/** 48 high: where one is, whether it is saved, and the three things one does with a flow. */
export function EditorHeader(props: { state: EditorPageState }): JSX.Element {
  const { session } = props.state;
  const { store } = session;
  const run = (id: string) => session.commands.run(id);
  return (
    <header class="bar-head" data-region="header">
      <A href="/flows" aria-label={t('flows')} class="row">
        <Logo />
      </A>
      <A href="/flows" class="muted crumb">
        {t('flows')}
      </A>
      <span class="muted">/</span>
      <div class="flow-name">
        <span class="flow-name-size" aria-hidden="true">
          {store.meta.name}
        </span>
        <SettledInput
          class="bare strong"
          value={store.meta.name}
          label={t('flowName')}
          readOnly={props.state.readOnly()}
          maxLength={200}
          onCommit={(name) => name.trim() !== '' && session.writes.setFlowName(name.trim())}
        />
      </div>
      <span class="version">v{store.meta.version}</span>
      <SaveState state={props.state} />
      <IconButton
        icon="undo"
        label={t('undo')}
        shortcut="Mod+Z"
        disabled={!session.canUndo()}
        onClick={() => session.undo()}
      />
      <IconButton
        icon="redo"
        label={t('redo')}
        shortcut="Mod+Shift+Z"
        disabled={!session.canRedo()}
        onClick={() => session.redo()}
      />
      <div class="grow" />
      <FlowMenu state={props.state} />
      <span class="divider" />
      <Button icon="test" onClick={() => run('run.tests')}>
        {t('test')}
      </Button>
      <Button icon="play" disabled={props.state.starting()} onClick={() => props.state.showBottom('run')}>
        {t('runDraft')}
      </Button>
      <Button look="primary" onClick={() => run('file.deploy')}>
        {t('deploy')}
      </Button>
    </header>
  );
}

/** What one does less often with a flow. */
function FlowMenu(props: { state: EditorPageState }): JSX.Element {
  const navigate = useNavigate();
  const { commands, store } = props.state.session;
  const isLocal = () => store.meta.flowId === null;
  const command = (id: string, label: string, icon: UiIcon, keys?: string): MenuEntry => ({
    label,
    icon,
    disabled: !commands.can(id),
    run: () => void commands.run(id),
    ...(keys ? { keys } : {}),
  });
  const page = (name: 'runs' | 'deployments', icon: UiIcon): MenuEntry => ({
    label: t(name),
    icon,
    disabled: isLocal(),
    run: () => navigate(`/flows/${store.meta.flowId}/${name}`),
  });
  const items = (): MenuItems => [
    command('file.save', t('save'), 'check', 'Mod+S'),
    command('file.saveCopy', t('saveCopy'), 'copy', 'Mod+Shift+S'),
    command('file.versions', t('versions'), 'history'),
    'line',
    page('runs', 'runs'),
    page('deployments', 'deploy'),
    'line',
    command('file.exportJson', t('exportJson'), 'download'),
    command('file.exportManifest', t('exportManifest'), 'download'),
    'line',
    command('palette.open', t('allCommands'), 'keyboard', 'Mod+K'),
  ];
  return (
    <Menu label={t('more')} placement="bottom-end" items={items()}>
      <Icon name="more" />
    </Menu>
  );
}

/** Always says where the work is (12 §9.4); a click saves. */
function SaveState(props: { state: EditorPageState }): JSX.Element {
  const { meta } = props.state.session.store;
  const text = () => {
    if (props.state.readOnly()) return t('viewOnly');
    if (props.state.saving()) return t('saving');
    if (meta.flowId === null) return t('notSaved');
    return meta.dirty ? t('unsavedChanges') : t('savedVersion', { version: meta.version });
  };
  const isOpen = () => !props.state.readOnly() && (meta.dirty || meta.flowId === null);
  return (
    <Show when={isOpen()} fallback={<span class="save-state muted">{text()}</span>}>
      <button
        type="button"
        class="save-state muted"
        title={t('save')}
        onClick={() => void props.state.save()}
      >
        <span class="save-dot" />
        {text()}
      </button>
    </Show>
  );
}
