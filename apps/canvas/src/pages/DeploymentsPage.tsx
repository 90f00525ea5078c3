import { useNavigate, useParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
import { createResource, createSignal, For, onMount, Show } from 'solid-js';
import { deployFlow, getFlow, listDeployments } from '../api/flows';
import { asApiError, send } from '../api/http';
import type { Deployment } from '../api/types';
import { copyText, download, Skeleton } from '../ui/Bits';
import { Button } from '../ui/Button';
import { ago, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Menu } from '../ui/Menu';
import { toast } from '../ui/Toast';
import { personName, useApp } from './app';
import { invokeCommand } from './invokeCommand';

/** S14: every deployment of a flow, newest first. */
export function DeploymentsPage(): JSX.Element {
  const params = useParams<{ id: string }>();
  const navigate = useNavigate();
  const [flow] = createResource(
    () => params.id,
    async (id) => (await getFlow(id)).data,
  );
  const [page, { refetch }] = createResource(() => params.id, listDeployments);
  const [busy, setBusy] = createSignal(false);
  onMount(() => {
    document.title = t('deployments.title');
  });
  const redeploy = async (item: Deployment) => {
    setBusy(true);
    try {
      const done = await deployFlow(params.id, item.version ? { version: item.version } : {});
      toast({ text: t('deployed', { core: done.core_id }), look: 'success' });
    } catch (error) {
      toast({ text: asApiError(error).message, note: asApiError(error).fix, look: 'error' });
    } finally {
      setBusy(false);
      await refetch();
    }
  };
  const failure = () => (page.error ? asApiError(page.error).message : undefined);
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('deployments')}</h1>
        <span class="muted cut">{settled(flow)?.name}</span>
        <div class="grow" />
        <Button onClick={() => navigate(`/flows/${params.id}/runs`)}>{t('runs')}</Button>
        <Button onClick={() => navigate(`/flows/${params.id}`)}>{t('editFlow')}</Button>
      </header>
      <div class="page-body">
        <div class="table" role="table" aria-label={t('deployments')}>
          <DeploymentsHead />
          <Show when={failure()}>{(reason) => <div class="empty text-error">{reason()}</div>}</Show>
          <Show
            when={settled(page)}
            fallback={<Show when={!failure()}>{<Skeleton rows={4} height={18} />}</Show>}
          >
            {(known) => (
              <For each={known().items} fallback={<NotDeployed />}>
                {(item) => (
                  <DeploymentRow
                    item={item}
                    flowId={params.id}
                    busy={busy()}
                    onRedeploy={() => void redeploy(item)}
                  />
                )}
              </For>
            )}
          </Show>
        </div>
      </div>
    </div>
  );
}

function NotDeployed(): JSX.Element {
  return (
    <div class="empty">
      <h2>{t('notDeployedYet')}</h2>
      <p>{t('notDeployedYet.text')}</p>
    </div>
  );
}

function DeploymentsHead(): JSX.Element {
  const columns = ['col.status', 'col.version', 'col.core', 'col.by', 'col.when'] as const;
  return (
    <div class="table-head deploy-grid" role="row">
      <For each={columns}>{(column) => <span role="columnheader">{t(column)}</span>}</For>
      <span role="columnheader" class="visually-hidden">
        {t('col.actions')}
      </span>
    </div>
  );
}

async function saveManifest(flowId: string, item: Deployment): Promise<void> {
  try {
    const [flow, id] = [encodeURIComponent(flowId), encodeURIComponent(item.id)];
    const path = `/v1/flows/${flow}/deployments/${id}/manifest`;
    download(
      `${flowId}-${item.version ?? item.id}.manifest.yaml`,
      await (await send(path)).text(),
      'application/yaml',
    );
  } catch (error) {
    toast({ text: asApiError(error).message, look: 'error' });
  }
}

function DeploymentRow(props: {
  item: Deployment;
  flowId: string;
  busy: boolean;
  onRedeploy: () => void;
}): JSX.Element {
  const app = useApp();
  const chip = () => (props.item.status === 'succeeded' ? 'completed' : props.item.status);
  return (
    <div class="table-row deploy-grid" role="row">
      <span role="cell">
        <span class={`chip ${chip()}`}>
          <span class="dot" />
          {t(
            props.item.status === 'succeeded'
              ? 'succeeded'
              : props.item.status === 'failed'
                ? 'status.failed'
                : 'deploying',
          )}
        </span>
      </span>
      <span class="mono" role="cell">
        {props.item.version}
      </span>
      <span role="cell" class="cell-two">
        <span class="mono cut">{props.item.core_id ?? ''}</span>
        <Show when={props.item.error} fallback={<span class="cut">{props.item.published_slug}</span>}>
          {(error) => (
            <span class="text-error cut" title={error().message} style={{ color: 'var(--error)' }}>
              {t('failedAt', { step: props.item.step })}: {error().message}
            </span>
          )}
        </Show>
      </span>
      <span class="cut" role="cell">
        {personName(app, props.item.deployed_by)}
      </span>
      <span role="cell" title={dateTime(props.item.deployed_at)}>
        {ago(props.item.deployed_at)}
      </span>
      <span class="row" role="cell" style={{ 'justify-content': 'flex-end' }}>
        <Button disabled={props.busy} onClick={props.onRedeploy}>
          {t('redeploy')}
        </Button>
        <Menu
          label={t('more')}
          placement="bottom-end"
          items={[
            {
              label: t('downloadManifest'),
              icon: 'download',
              run: () => void saveManifest(props.flowId, props.item),
            },
            {
              label: t('copyInvoke'),
              icon: 'copy',
              disabled: !props.item.core_id,
              run: () => void copyText(invokeCommand(props.item.core_id ?? '')),
            },
          ]}
        >
          <Icon name="more" />
        </Menu>
      </span>
    </div>
  );
}
