import type { JSX } from 'solid-js';
import { createEffect, createSignal, For, Match, on, Show, Switch as Choose } from 'solid-js';
import { deployFlow, getFlow, listDeployments } from '../../api/flows';
import type { ApiError } from '../../api/http';
import { asApiError } from '../../api/http';
import type { Deployment, DeployResult } from '../../api/types';
import { countText } from '../../panels/ProblemsPanel';
import { entrySample } from '../../panels/RunDock';
import { copyText, Switch } from '../../ui/Bits';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import type { UiIcon } from '../../ui/iconNames';
import { t } from '../../ui/i18n';
import { toast } from '../../ui/Toast';
import { invokeCommand } from '../invokeCommand';
import type { EditorPageState } from './editorState';
import { noteOf } from './editorState';

type Phase =
  | { kind: 'check' }
  | { kind: 'working'; step: string }
  | { kind: 'done'; result: DeployResult }
  | { kind: 'failed'; error: ApiError };

const POLL_MS = 600;

/** S13: what will happen, then what happens, then how to call it. */
export function DeployDialog(props: {
  state: EditorPageState;
  open: boolean;
  onClose: () => void;
  onRuns: () => void;
}): JSX.Element {
  const { session, preview } = props.state;
  const { store } = session;
  const [phase, setPhase] = createSignal<Phase>({ kind: 'check' });
  const [publish, setPublish] = createSignal(store.config['publish_as_model'] === true);
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        setPhase({ kind: 'check' });
        setPublish(store.config['publish_as_model'] === true);
      },
    ),
  );
  const needsSave = () => store.meta.dirty || store.meta.flowId === null;
  const hasErrors = () => preview.diagnostics().errors > 0;
  const isWorking = () => phase().kind === 'working';

  const deploy = async () => {
    setPhase({ kind: 'working', step: t('saving') });
    if (needsSave() && !(await props.state.save())) {
      setPhase({ kind: 'check' });
      return;
    }
    const id = store.meta.flowId;
    if (id === null) return;
    const stop = watchSteps(id, (step) =>
      setPhase((now) => (now.kind === 'working' ? { kind: 'working', step } : now)),
    );
    try {
      const result = await deployFlow(id, { publish_as_model: publish() });
      setPhase({ kind: 'done', result });
      toast({ text: sentence(result), look: 'success' });
      props.state.setDetail((await getFlow(id)).data);
    } catch (error) {
      setPhase({ kind: 'failed', error: asApiError(error) });
    } finally {
      stop();
    }
  };
  const title = () => t('deploy.title', { name: store.meta.name });
  return (
    <Dialog
      open={props.open}
      onClose={() => {
        if (!isWorking()) props.onClose();
      }}
      title={title()}
      foot={
        <Choose>
          <Match when={phase().kind === 'done'}>
            <div class="grow" />
            <Button size="medium" onClick={props.onRuns}>
              {t('openRuns')}
            </Button>
            <Button size="medium" look="primary" onClick={props.onClose}>
              {t('done')}
            </Button>
          </Match>
          <Match when={phase().kind !== 'done'}>
            <div class="grow" />
            <Button size="medium" disabled={isWorking()} onClick={props.onClose}>
              {t('cancel')}
            </Button>
            <Button
              size="medium"
              look="primary"
              disabled={isWorking() || hasErrors()}
              onClick={() => void deploy()}
            >
              {needsSave() ? t('saveAndDeploy') : t('deployVersion', { version: store.meta.version })}
            </Button>
          </Match>
        </Choose>
      }
    >
      <Choose>
        <Match when={phase().kind === 'done' && (phase() as Phase & { kind: 'done' })}>
          {(done) => <Done result={done().result} input={entrySample(session)} />}
        </Match>
        <Match when={phase().kind !== 'done'}>
          <Checklist state={props.state} publish={publish()} onPublish={setPublish} />
          <Show when={phase().kind === 'working' && (phase() as Phase & { kind: 'working' })}>
            {(working) => (
              <div class="row muted">
                <span class="state-dot busy" />
                {working().step}
              </div>
            )}
          </Show>
          <Show when={phase().kind === 'failed' && (phase() as Phase & { kind: 'failed' })}>
            {(failed) => (
              <div class="deploy-error">
                <div class="text-error strong">{failed().error.message}</div>
                <Show when={failed().error.fix}>{(fix) => <div>{fix()}</div>}</Show>
                <div class="small muted mono">{noteOf(failed().error)}</div>
              </div>
            )}
          </Show>
        </Match>
      </Choose>
    </Dialog>
  );
}

function sentence(result: DeployResult): string {
  return result.published_slug
    ? t('deployed.published', { core: result.core_id, slug: result.published_slug })
    : t('deployed', { core: result.core_id });
}

const STEP = {
  accepted: 'step.accepted',
  read: 'step.read',
  compile: 'step.compile',
  credentials: 'step.credentials',
  queues: 'step.queues',
  create: 'step.create',
  publish: 'step.publish',
  record: 'step.record',
} as const;

/** Follows the record of the deployment that runs now; returns the way to stop. */
function watchSteps(flowId: string, tell: (step: string) => void): () => void {
  const ask = () =>
    void listDeployments(flowId)
      .then((page) => {
        const running = page.items.find((item: Deployment) => item.status === 'running');
        if (running) tell(running.step in STEP ? t(STEP[running.step as keyof typeof STEP]) : running.step);
      })
      .catch(() => undefined);
  tell(t('step.accepted'));
  const timer = setInterval(ask, POLL_MS);
  return () => clearInterval(timer);
}

function Line(props: {
  icon: UiIcon;
  look: '' | 'text-success' | 'text-warning' | 'text-error' | 'muted';
  text: string;
  note?: string | undefined;
}): JSX.Element {
  return (
    <li class="check-line">
      <span class={props.look}>
        <Icon name={props.icon} />
      </span>
      <span class="grow">
        {props.text}
        <Show when={props.note}>
          <span class="muted"> · {props.note}</span>
        </Show>
      </span>
    </li>
  );
}

function Checklist(props: {
  state: EditorPageState;
  publish: boolean;
  onPublish: (on: boolean) => void;
}): JSX.Element {
  const { session, preview } = props.state;
  const { store } = session;
  const index = () => preview.diagnostics();
  const live = () => props.state.detail()?.last_deployment;
  const queues = () => store.queues.map((row) => row.slug).join(', ');
  return (
    <>
      <ul class="checklist">
        <Show
          when={store.meta.dirty || store.meta.flowId === null}
          fallback={
            <Line icon="check" look="text-success" text={t('check.saved', { version: store.meta.version })} />
          }
        >
          <Line icon="info" look="muted" text={t('check.unsaved')} />
        </Show>
        <Show
          when={index().errors + index().warnings > 0}
          fallback={<Line icon="check" look="text-success" text={t('problems.none')} />}
        >
          <Line
            icon={index().errors > 0 ? 'error' : 'warning'}
            look={index().errors > 0 ? 'text-error' : 'text-warning'}
            text={countText(index())}
            note={index().errors > 0 ? t('check.errorsBlock') : undefined}
          />
        </Show>
        <Show when={store.queues.length > 0}>
          <Line
            icon="inbox"
            look="muted"
            text={t('check.queues', { n: store.queues.length })}
            note={queues()}
          />
        </Show>
        <Line icon="deploy" look="muted" text={t('check.target')} note={location.host} />
        <Show when={live()?.status === 'succeeded' && live()}>
          {(item) => (
            <Line icon="clock" look="muted" text={t('check.running', { version: item().version ?? '' })} />
          )}
        </Show>
      </ul>
      <div class="row">
        <Switch label={t('publishAsModel')} checked={props.publish} onChange={props.onPublish} />
        <span>{t('publishAsModel')}</span>
      </div>
    </>
  );
}

function Done(props: { result: DeployResult; input: Parameters<typeof invokeCommand>[1] }): JSX.Element {
  const [copied, setCopied] = createSignal(false);
  const command = () => invokeCommand(props.result.core_id, props.input);
  const copy = async () => setCopied(await copyText(command()));
  return (
    <>
      <div class="row">
        <span class="text-success">
          <Icon name="check" />
        </span>
        <span class="strong">{sentence(props.result)}</span>
      </div>
      <For each={props.result.warnings}>
        {(text) => (
          <div class="row text-warning">
            <Icon name="warning" />
            {text}
          </div>
        )}
      </For>
      <div class="field">
        <div class="row">
          <span class="field-label grow">{t('invokeCommand')}</span>
          <Button look="ghost" icon={copied() ? 'check' : 'copy'} onClick={() => void copy()}>
            {copied() ? t('copied') : t('copy')}
          </Button>
        </div>
        <pre class="command" tabIndex={0}>
          {command()}
        </pre>
      </div>
    </>
  );
}
