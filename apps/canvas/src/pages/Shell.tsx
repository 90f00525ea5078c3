import { A, useLocation } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
import { createResource, createSignal, onCleanup, onMount, Show } from 'solid-js';
import { listCheckpoints, listExecutions } from '../api/cores';
import { Avatar, Logo } from '../ui/Bits';
import { Icon } from '../ui/Icon';
import type { UiIcon } from '../ui/iconNames';
import { t } from '../ui/i18n';
import { Kbd } from '../ui/Kbd';
import { useApp } from './app';
import { GoTo } from './GoTo';

const REFRESH_MS = 15_000;

/** What goes on now, for the numbers beside Runs and Inbox; a failure leaves them out. */
function createCounts(): () => { running: number; waiting: number } | undefined {
  const [counts, { refetch }] = createResource(async () => {
    const [runs, waiting] = await Promise.allSettled([
      listExecutions({ status: 'running', limit: 100 }),
      listCheckpoints({ status: 'pending' }),
    ]);
    return {
      running: runs.status === 'fulfilled' ? runs.value.items.length : 0,
      waiting: waiting.status === 'fulfilled' ? waiting.value.length : 0,
    };
  });
  const timer = setInterval(() => {
    if (!document.hidden) void refetch();
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  return () => settled(counts);
}

/** The frame of the list pages: side navigation 208 wide beside the content. */
export function Shell(props: { children: JSX.Element }): JSX.Element {
  const app = useApp();
  const counts = createCounts();
  const [goingTo, setGoingTo] = createSignal(false);
  onMount(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setGoingTo(true);
      }
    };
    window.addEventListener('keydown', onKey);
    onCleanup(() => window.removeEventListener('keydown', onKey));
  });
  return (
    <div class="shell">
      <nav class="side" aria-label={t('nav')}>
        <div class="side-brand">
          <Logo />
          <span class="strong grow">{t('product')}</span>
          <span class="small muted cut">{app.me()?.tenant_slug}</span>
        </div>
        <button type="button" class="side-goto" onClick={() => setGoingTo(true)}>
          <Icon name="search" />
          <span class="grow">{t('goTo')}</span>
          <Kbd keys="Mod+K" />
        </button>
        <div class="side-links">
          <NavLink to="/flows" icon="flows" label={t('flows')} />
          <NavLink to="/runs" icon="runs" label={t('runs')}>
            <Show when={counts()?.running}>
              {(n) => (
                <span class="side-live">
                  <span class="dot" />
                  {n()}
                </span>
              )}
            </Show>
          </NavLink>
          <NavLink to="/inbox" icon="inbox" label={t('inbox')}>
            <Show when={counts()?.waiting}>{(n) => <span class="count warning">{n()}</span>}</Show>
          </NavLink>
        </div>
        <div class="grow" />
        <div class="side-links">
          <NavLink to="/settings" icon="settings" label={t('settings')} />
          <NavLink to="/help" icon="help" label={t('help')} />
        </div>
        <div class="side-me">
          <Avatar id={app.me()?.sub ?? 'you'} name={app.name()} />
          <span class="strong small cut">{app.name()}</span>
        </div>
      </nav>
      <main class="page">{props.children}</main>
      <GoTo open={goingTo()} onClose={() => setGoingTo(false)} />
    </div>
  );
}

function NavLink(props: { to: string; icon: UiIcon; label: string; children?: JSX.Element }): JSX.Element {
  const location = useLocation();
  const here = () => location.pathname === props.to || location.pathname.startsWith(`${props.to}/`);
  return (
    <A href={props.to} class="side-link" aria-current={here() ? 'page' : undefined}>
      <Icon name={props.icon} />
      <span class="grow">{props.label}</span>
      {props.children}
    </A>
  );
}
