import type { JSX } from 'solid-js';
import { createResource, createSignal, For, onMount, Show } from 'solid-js';
import { serverVersion } from '../api/flows';
import { storeToken } from '../api/token';
import { Button } from '../ui/Button';
import { bytes } from '../ui/format';
import { t } from '../ui/i18n';
import { Select } from '../ui/Select';
import type { Theme } from '../ui/theme';
import { setUiSettings, uiSettings } from '../ui/theme';
import { toast } from '../ui/Toast';
import { useApp } from './app';

const THEMES = ['system', 'light', 'dark'] as const;
const THEME_TEXT = { system: 'theme.system', light: 'theme.light', dark: 'theme.dark' } as const;

/** What this browser keeps: look, name, token, data. */
export function SettingsPage(): JSX.Element {
  const app = useApp();
  const [version] = createResource(serverVersion);
  const [size, setSize] = createSignal(storedBytes());
  onMount(() => {
    document.title = t('settings.title');
  });
  const clear = () => {
    for (const key of ownKeys()) localStorage.removeItem(key);
    setSize(storedBytes());
    toast({ text: t('data.cleared') });
  };
  const signOut = () => {
    storeToken(null);
    location.assign('/');
  };
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('settings')}</h1>
      </header>
      <div class="page-body">
        <div class="settings">
          <section>
            <h2>{t('settings.look')}</h2>
            <div class="setting">
              <span>{t('theme')}</span>
              <div class="row" role="radiogroup" aria-label={t('theme')}>
                <For each={THEMES}>
                  {(theme) => (
                    <button
                      type="button"
                      role="radio"
                      class={`btn ${uiSettings().theme === theme ? 'pressed' : ''}`}
                      aria-checked={uiSettings().theme === theme}
                      onClick={() => setUiSettings({ theme: theme satisfies Theme })}
                    >
                      {t(THEME_TEXT[theme])}
                    </button>
                  )}
                </For>
              </div>
            </div>
            <div class="setting">
              <span>{t('motion')}</span>
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
            </div>
          </section>
          <section>
            <h2>{t('settings.you')}</h2>
            <label class="setting">
              <span>{t('name')}</span>
              <input
                class="input"
                style={{ width: '280px' }}
                value={uiSettings().displayName}
                placeholder={app.me()?.display_name ?? ''}
                onChange={(event) => setUiSettings({ displayName: event.currentTarget.value.trim() })}
              />
            </label>
            <div class="setting">
              <span>{t('signedInAs')}</span>
              <span class="row">
                <span class="mono cut">{app.me()?.sub}</span>
                <span class="muted">{app.config()?.auth_mode}</span>
              </span>
            </div>
            <div class="setting">
              <span>{t('login.token')}</span>
              <span>
                <Button onClick={signOut}>{t('token.forget')}</Button>
              </span>
            </div>
          </section>
          <section>
            <h2>{t('settings.data')}</h2>
            <div class="setting">
              <span>{t('data.size')}</span>
              <span class="row">
                {bytes(size())}
                <Button onClick={clear}>{t('data.clear')}</Button>
              </span>
            </div>
          </section>
          <section style={{ border: 0 }}>
            <h2>{t('settings.about')}</h2>
            <Show when={version.state === 'ready' && version()}>
              {(info) => (
                <div class="setting">
                  <span>{t('server')}</span>
                  <span class="mono">
                    {info().name} {info().version} · {info().commit.slice(0, 10)}
                  </span>
                </div>
              )}
            </Show>
          </section>
        </div>
      </div>
    </div>
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
