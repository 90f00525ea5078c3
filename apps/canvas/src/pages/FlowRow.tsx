import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createResource, Match, Show, Switch } from 'solid-js';
import { getFlow } from '../api/flows';
import { asApiError } from '../api/http';
import type { FlowSummary } from '../api/types';
import type { FlowDocument } from '../model/flow';
import { Avatar } from '../ui/Bits';
import { ago, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import type { MenuItems } from '../ui/Menu';
import { ContextArea, Menu } from '../ui/Menu';
import { toast } from '../ui/Toast';
import { personName, useApp } from './app';
import { asNewFlow, handOver } from './newFlow';
import { Thumb } from './Thumb';

const contents = new Map<string, Promise<FlowDocument>>();

/** The document of a row, fetched once per revision. */
function contentOf(flow: FlowSummary): Promise<FlowDocument> {
  const key = `${flow.id}@${flow.revision}`;
  const known = contents.get(key);
  if (known) return known;
  const asked = getFlow(flow.id).then((answer) => answer.data.content);
  contents.set(key, asked);
  asked.catch(() => contents.delete(key));
  return asked;
}

/** One flow of the list: its graph, what it does, where it runs. */
export function FlowRow(props: { flow: FlowSummary; unsaved: boolean; onDelete: () => void }): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const [content] = createResource(() => props.flow, contentOf);
  const open = () => navigate(`/flows/${props.flow.id}`);
  const duplicate = async () => {
    try {
      const copy = asNewFlow(await contentOf(props.flow), t('copyOf', { name: props.flow.name }));
      navigate(handOver(copy));
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  const items = (): MenuItems => [
    { label: t('open'), icon: 'enter', run: open },
    { label: t('duplicate'), icon: 'copy', run: () => void duplicate() },
    { label: t('runs'), icon: 'runs', run: () => navigate(`/flows/${props.flow.id}/runs`) },
    { label: t('deployments'), icon: 'deploy', run: () => navigate(`/flows/${props.flow.id}/deployments`) },
    'line',
    {
      label: t('delete'),
      icon: 'trash',
      danger: true,
      disabled: props.flow.access !== 'admin',
      run: props.onDelete,
    },
  ];
  return (
    <ContextArea items={items()}>
      <div
        class="table-row flows-grid"
        role="row"
        tabIndex={0}
        onClick={open}
        onKeyDown={(event) => event.key === 'Enter' && event.target === event.currentTarget && open()}
      >
        <span class="thumb" role="cell">
          <Show when={content.state === 'ready' && content()}>
            {(flow) => <Thumb flow={flow()} look="row" />}
          </Show>
        </span>
        <span class="cell-two" role="cell">
          <span class="row">
            <span class="strong cut">{props.flow.name}</span>
            <Show when={props.unsaved}>
              <span class="chip unsaved">
                <span class="dot" />
                {t('unsaved')}
              </span>
            </Show>
          </span>
          <span class="cut">{props.flow.description || t('noDescription')}</span>
        </span>
        <span class="row" role="cell">
          <Avatar id={props.flow.owner_id} name={personName(app, props.flow.owner_id)} size="small" />
          <span class="cut">{personName(app, props.flow.owner_id)}</span>
        </span>
        <span class="mono" role="cell">
          {props.flow.version}
        </span>
        <span role="cell">
          <DeploymentCell flow={props.flow} />
        </span>
        <span class="cell-two" role="cell">
          <span>{ago(props.flow.updated_at)}</span>
          <span class="cut">{dateTime(props.flow.updated_at)}</span>
        </span>
        <span role="cell" onClick={(event) => event.stopPropagation()}>
          <Menu
            items={items()}
            label={t('actionsFor', { name: props.flow.name })}
            class="icon-btn row-menu"
            placement="bottom-end"
          >
            <Icon name="more" />
          </Menu>
        </span>
      </div>
    </ContextArea>
  );
}

function DeploymentCell(props: { flow: FlowSummary }): JSX.Element {
  const last = () => props.flow.last_deployment;
  const behind = () => versionsBehind(last()?.version ?? null, props.flow.version);
  return (
    <Switch
      fallback={
        <span class="row muted">
          <span class="state-dot none" />
          {t('notDeployed')}
        </span>
      }
    >
      <Match when={last()?.status === 'succeeded' && last()}>
        {(item) => (
          <span class="cell-two">
            <span class="row">
              <span class="state-dot live" />
              {t('live')}
              <span class="muted">v{item().version}</span>
            </span>
            <span>
              {ago(item().deployed_at)}
              {behind() === '' ? '' : ` · ${behind()}`}
            </span>
          </span>
        )}
      </Match>
      <Match when={last()?.status === 'running' && last()}>
        {(item) => (
          <span class="cell-two">
            <span class="row">
              <span class="state-dot busy" />
              {t('deploying')}
              <span class="muted">v{item().version}</span>
            </span>
            <span>{item().step ?? ago(item().deployed_at)}</span>
          </span>
        )}
      </Match>
      <Match when={last()?.status === 'failed' && last()}>
        {(item) => (
          <span class="cell-two">
            <span class="row text-error cut" style={{ gap: '6px' }}>
              <Icon name="error" size={14} />
              <span class="cut">{t('deploy.failedAt', { step: item().step ?? '' }).trim()}</span>
            </span>
            <span>
              {ago(item().deployed_at)} · v{item().version}
            </span>
          </span>
        )}
      </Match>
    </Switch>
  );
}

/** `1 version behind` for patch numbers, else which version is newer. */
export function versionsBehind(deployed: string | null, current: string): string {
  if (deployed === null || deployed === current) return '';
  const [a, b] = [deployed.split('.').map(Number), current.split('.').map(Number)];
  const patches = (b[2] ?? 0) - (a[2] ?? 0);
  const sameLine = a[0] === b[0] && a[1] === b[1];
  return sameLine && patches > 0 ? t('behind', { n: patches }) : t('now', { version: current });
}
