import type { JSX } from 'solid-js';
import { createResource, createSignal, For, onMount, Show } from 'solid-js';
import { serverVersion } from '../api/flows';
import { removeStored } from '../api/local';
import { storeToken } from '../api/token';
import { Button } from '../ui/Button';
import { bytes } from '../ui/format';
import { t } from '../ui/i18n';
import { Select } from '../ui/Select';
import { setUiSettings, uiSettings } from '../ui/theme';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import { settled } from './settled';

const THEMES = ['system', 'light', 'dark'] as const;
const THEME_TEXT = { system: 'theme.system', light: 'theme.light', dark: 'theme.dark' } as const;

/** What this browser keeps: look, name, token, data. */
export function SettingsPage(): JSX.Element {
  onMount(() => {
    document.title = t('settings.title');
  });
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('settings')}</h1>
      </header>
      <div class="page-body">
        <div class="settings">
          <Look />
          <You />
          <DeviceData />
          <About />
        </div>
      </div>
    </div>
  );
}

function Setting(props: { label: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="setting">
      <span>{props.label}</span>
      <div class="row">{props.children}</div>
    </div>
  );
}

function Look(): JSX.Element {
  return (
    <section>
      <h2>{t('settings.look')}</h2>
      <Setting label={t('theme')}>
        <div class="row" role="radiogroup" aria-label={t('theme')}>
          <For each={THEMES}>
            {(theme) => (
              <button
                type="button"
                role="radio"
                class={`btn ${uiSettings().theme === theme ? 'pressed' : ''}`}
                aria-checked={uiSettings().theme === theme}
                onClick={() => setUiSettings({ theme })}
              >
                {t(THEME_TEXT[theme])}
              </button>
            )}
          </For>
        </div>
      </Setting>
      <Setting label={t('motion')}>
        <div style={{ width: '200px' }}>
          <Select
            label={t('motion')}
            value={uiSettings().motion}
            onChange={(value) => setUiSettings({ motion: value === 'reduced' ? 'reduced' : 'system' })}
            options={[
              { value: 'system', label: t('theme.system') },
              { value: 'reduced', label: t('motion.reduced') },
            ]}
          />
        </div>
      </Setting>
    </section>
  );
}

function You(): JSX.Element {
  const app = useApp();
  const signOut = () => {
    storeToken(null);
    location.assign('/');
  };
  return (
    <section>
      <h2>{t('settings.you')}</h2>
      <Setting label={t('name')}>
        <input
          class="input"
          style={{ width: '280px' }}
          aria-label={t('name')}
          value={uiSettings().displayName}
          placeholder={app.me()?.display_name ?? ''}
          onChange={(event) => setUiSettings({ displayName: event.currentTarget.value.trim() })}
        />
      </Setting>
      <Setting label={t('signedInAs')}>
        <span class="mono cut">{app.me()?.sub}</span>
        <span class="muted">{app.config()?.auth_mode}</span>
      </Setting>
      <Setting label={t('login.token')}>
        <Button onClick={signOut}>{t('token.forget')}</Button>
      </Setting>
    </section>
  );
}

function DeviceData(): JSX.Element {
  const [size, setSize] = createSignal(storedBytes());
  const clear = () => {
    for (const key of ownKeys()) removeStored(key);
    setSize(storedBytes());
    toast({ text: t('data.cleared') });
  };
  return (
    <section>
      <h2>{t('settings.data')}</h2>
      <Setting label={t('data.size')}>
        {bytes(size())}
        <Button onClick={clear}>{t('data.clear')}</Button>
      </Setting>
    </section>
  );
}

function About(): JSX.Element {
  const [version] = createResource(serverVersion);
  return (
    <section style={{ border: 0 }}>
      <h2>{t('settings.about')}</h2>
      <Show when={settled(version)}>
        {(info) => (
          <Setting label={t('server')}>
            <span class="mono">
              {info().name} {info().version} · {info().commit.slice(0, 10)}
            </span>
          </Setting>
        )}
      </Show>
    </section>
  );
}

function ownKeys(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => /^scaiflow_(draft|view|input)_/.test(key));
  } catch {
    return [];
  }
}

function storedBytes(): number {
  return ownKeys().reduce((sum, key) => sum + key.length + (localStorage.getItem(key)?.length ?? 0), 0);
}
