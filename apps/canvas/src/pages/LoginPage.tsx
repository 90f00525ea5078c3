import type { JSX } from 'solid-js';
import { createSignal, Show } from 'solid-js';
import { me } from '../api/flows';
import { asApiError } from '../api/http';
import { currentToken, storeToken } from '../api/token';
import type { AuthConfig } from '../api/types';
import { Logo } from '../ui/Bits';
import { Button } from '../ui/Button';
import { t } from '../ui/i18n';

/** S1 in local mode: asks for the token that the server printed when it started (10 §3.4). */
export function LoginForm(props: {
  config: AuthConfig | undefined;
  problem?: string | undefined;
  onDone: () => void;
}): JSX.Element {
  const [token, setToken] = createSignal('');
  const [problem, setProblem] = createSignal(props.problem ?? '');
  const [busy, setBusy] = createSignal(false);
  const enter = async (event: Event) => {
    event.preventDefault();
    const before = currentToken();
    setBusy(true);
    storeToken(readToken(token()));
    try {
      await me();
      props.onDone();
    } catch (error) {
      storeToken(before);
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const isLocal = () =>
    props.config === undefined ||
    props.config.auth_mode === 'local' ||
    props.config.auth_mode === 'dev_token';
  return (
    <form class="stack" style={{ gap: '16px' }} onSubmit={(event) => void enter(event)}>
      <p class="muted">{t(isLocal() ? 'login.local' : 'login.bearer')}</p>
      <label class="field">
        <span class="field-label">{t('login.token')}</span>
        <input
          class="input mono"
          type="password"
          autocomplete="off"
          autofocus
          value={token()}
          aria-invalid={problem() !== ''}
          onInput={(event) => {
            setToken(event.currentTarget.value);
            setProblem('');
          }}
        />
        <Show when={problem()}>{(text) => <span class="field-error">{text()}</span>}</Show>
      </label>
      <div>
        <Button look="primary" size="medium" type="submit" disabled={busy() || token().trim() === ''}>
          {t('login.enter')}
        </Button>
      </div>
    </form>
  );
}

/** Accepts the bare token or the whole printed address. */
export function readToken(text: string): string {
  return /#token=([^\s]+)/.exec(text)?.[1] ?? text.trim();
}

export function LoginPage(props: { config: AuthConfig | undefined; onDone: () => void }): JSX.Element {
  return (
    <div class="login">
      <div class="login-box">
        <div class="row">
          <Logo size={28} />
          <h1 class="title">{t('product')}</h1>
        </div>
        <LoginForm config={props.config} onDone={props.onDone} />
      </div>
    </div>
  );
}
