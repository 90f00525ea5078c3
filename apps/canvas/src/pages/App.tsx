import { Navigate, Route, Router } from '@solidjs/router';
import type { JSX } from 'solid-js';
import {
  createResource,
  createSignal,
  ErrorBoundary,
  lazy,
  Match,
  onCleanup,
  Suspense,
  Switch,
} from 'solid-js';
import { authConfig } from '../api/flows';
import { asApiError, onSignedOut } from '../api/http';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { t } from '../ui/i18n';
import { Toasts } from '../ui/Toast';
import { AppContext, createAppState, hasCredential } from './app';
import { FlowsPage } from './FlowsPage';
import { LoginForm, LoginPage } from './LoginPage';
import { NotFoundPage } from './NotFoundPage';
import { PageFault } from './PageFault';
import { Shell } from './Shell';

const EditorPage = lazy(() => import('./EditorPage'));
const RunPage = lazy(() => import('./RunPage'));
const ComparePage = lazy(() => import('./ComparePage'));
const RunsPage = lazy(() => import('./RunsPage').then((m) => ({ default: m.RunsPage })));
const InboxPage = lazy(() => import('./InboxPage').then((m) => ({ default: m.InboxPage })));
const DeploymentsPage = lazy(() => import('./DeploymentsPage').then((m) => ({ default: m.DeploymentsPage })));
const SettingsPage = lazy(() => import('./SettingsPage').then((m) => ({ default: m.SettingsPage })));
const HelpPage = lazy(() => import('./HelpPage').then((m) => ({ default: m.HelpPage })));

type Entrance = 'checking' | 'in' | 'out';

/** The whole application: sign-in first, then the routes of 12 §6. */
export function App(): JSX.Element {
  const [config] = createResource(authConfig);
  const app = createAppState(() => (config.state === 'ready' ? config() : undefined));
  const [entrance, setEntrance] = createSignal<Entrance>('checking');
  const [expired, setExpired] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  onCleanup(
    onSignedOut(() => {
      if (entrance() === 'in') setExpired(true);
    }),
  );

  const enter = async () => {
    try {
      await app.load();
      setExpired(false);
      setEntrance('in');
    } catch (error) {
      const refused = asApiError(error);
      if (refused.status === 401 || refused.status === 403) setEntrance('out');
      else setProblem(refused.message);
    }
  };
  const [started] = createResource(
    () => (config.state === 'ready' ? config() : undefined),
    async (known) => {
      if (hasCredential(known)) await enter();
      else setEntrance('out');
      return true;
    },
  );
  const unreachable = () => problem() ?? (config.error ? asApiError(config.error).message : undefined);

  return (
    <AppContext.Provider value={app}>
      <Switch fallback={<div class="page" aria-busy={!started()} />}>
        <Match when={unreachable()}>
          {(message) => (
            <div class="message-page">
              <h1 class="title">{t('serverAway')}</h1>
              <p class="muted">{message()}</p>
              <Button onClick={() => location.reload()}>{t('tryAgain')}</Button>
            </div>
          )}
        </Match>
        <Match when={entrance() === 'out'}>
          <LoginPage config={app.config()} onDone={() => void enter()} />
        </Match>
        <Match when={entrance() === 'in'}>
          <Routes />
          <Dialog open={expired()} onClose={() => setExpired(false)} title={t('expired')}>
            <LoginForm config={app.config()} problem={t('expired.text')} onDone={() => void enter()} />
          </Dialog>
        </Match>
      </Switch>
      <Toasts />
    </AppContext.Provider>
  );
}

function Routes(): JSX.Element {
  return (
    <Router root={(props) => <Suspense>{props.children}</Suspense>}>
      <Route path="/" component={() => <Navigate href="/flows" />} />
      <Route path="/login" component={() => <Navigate href="/flows" />} />
      <Route path="/flows/new" component={EditorPage} />
      <Route path="/flows/:id" component={EditorPage} />
      <Route path="/runs/:id" component={RunPage} />
      <Route path="/runs/:id/with/:other" component={ComparePage} />
      <Route path="/" component={Framed}>
        <Route path="/flows" component={FlowsPage} />
        <Route path="/flows/:id/runs" component={RunsPage} />
        <Route path="/flows/:id/deployments" component={DeploymentsPage} />
        <Route path="/runs" component={RunsPage} />
        <Route path="/inbox/:id?" component={InboxPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route path="/help" component={HelpPage} />
        <Route path="*" component={NotFoundPage} />
      </Route>
    </Router>
  );
}

/** A fault of one page leaves the frame standing. */
function Framed(props: { children?: JSX.Element }): JSX.Element {
  return (
    <Shell>
      <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
        <Suspense>{props.children}</Suspense>
      </ErrorBoundary>
    </Shell>
  );
}
