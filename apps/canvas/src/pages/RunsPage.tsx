import { useNavigate, useParams, useSearchParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from 'solid-js';
import { listCores, listExecutions } from '../api/cores';
import { getFlow, listDeployments } from '../api/flows';
import { asApiError } from '../api/http';
import type { Execution, RunStatus } from '../api/types';
import { Skeleton } from '../ui/Bits';
import { Button } from '../ui/Button';
import { ago, count, dateTime, duration } from '../ui/format';
import { t } from '../ui/i18n';
import { RunChip } from './RunChip';

const REFRESH_MS = 3000;
type Show = 'all' | RunStatus;
const SHOWN: Show[] = ['all', 'running', 'suspended', 'completed', 'failed', 'cancelled'];
const SHOW_TEXT = {
  all: 'filter.all',
  queued: 'status.queued',
  running: 'status.running',
  suspended: 'status.suspended',
  completed: 'status.completed',
  failed: 'status.failed',
  cancelled: 'status.cancelled',
} as const;

/** S17: executions, newest first; of one flow when the address names it. */
export function RunsPage(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams<{ status?: Show }>();
  const [older, setOlder] = createSignal<Execution[]>([]);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const status = () => (query.status && query.status !== 'all' ? query.status : undefined);

  const [flow] = createResource(
    () => params.id,
    async (id) => (await getFlow(id)).data,
  );
  const [cores] = createResource(
    () => params.id,
    async (id) => {
      const page = await listDeployments(id);
      return new Set(page.items.map((item) => item.core_id).filter((core) => core !== null));
    },
  );
  const [names] = createResource(
    async () => new Map((await listCores()).items.map((core) => [core.id ?? core.core_id, core.name])),
  );
  const ask = () => ({
    status: status(),
    core: params.id ? [...(cores.latest ?? [])][0] : undefined,
    wait: params.id !== undefined && cores.loading,
  });
  const [runs, { refetch }] = createResource(
    () => (ask().wait ? undefined : ask()),
    async (wanted) => {
      if (params.id && wanted.core === undefined) return { items: [], next_cursor: null };
      const page = await listExecutions({ status: wanted.status, core_id: wanted.core, limit: 50 });
      if (older().length === 0) setCursor(page.next_cursor);
      return page;
    },
  );
  createEffect(
    on(
      () => [status(), params.id],
      () => setOlder([]),
      { defer: true },
    ),
  );
  const timer = setInterval(() => {
    if (!document.hidden) void refetch();
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  onMount(() => {
    document.title = t('runs.title');
  });

  const list = createMemo(() => {
    const first = runs.latest?.items ?? [];
    const ids = new Set(first.map((run) => run.execution_id));
    return [...first, ...older().filter((run) => !ids.has(run.execution_id))];
  });
  const more = async () => {
    const page = await listExecutions({
      status: status(),
      core_id: ask().core,
      limit: 50,
      cursor: cursor() ?? undefined,
    });
    setOlder((now) => [...now, ...page.items]);
    setCursor(page.next_cursor);
  };
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('runs')}</h1>
        <Show when={flow.latest}>{(item) => <span class="muted cut">{item().name}</span>}</Show>
        <div class="grow" />
        <Show when={params.id}>
          {(id) => <Button onClick={() => navigate(`/flows/${id()}`)}>{t('editFlow')}</Button>}
        </Show>
      </header>
      <div class="filters">
        <For each={SHOWN}>
          {(id) => (
            <button
              type="button"
              class="filter"
              aria-pressed={(query.status ?? 'all') === id}
              onClick={() => setQuery({ status: id === 'all' ? undefined : id }, { replace: true })}
            >
              {t(SHOW_TEXT[id])}
            </button>
          )}
        </For>
      </div>
      <div class="page-body">
        <div class="table" role="table" aria-label={t('runs')}>
          <div class="table-head runs-grid" role="row">
            <span role="columnheader">{t('col.status')}</span>
            <span role="columnheader">{t('col.flow')}</span>
            <span role="columnheader">{t('col.trigger')}</span>
            <span role="columnheader">{t('col.started')}</span>
            <span role="columnheader">{t('col.duration')}</span>
            <span role="columnheader">{t('col.tokens')}</span>
            <span role="columnheader">{t('col.cost')}</span>
          </div>
          <Show when={runs.error}>
            <div class="empty text-error">{asApiError(runs.error).message}</div>
          </Show>
          <Show when={runs.latest} fallback={<Skeleton rows={8} height={18} />}>
            <For
              each={list()}
              fallback={
                <div class="empty">
                  <h2>{t('runs.none')}</h2>
                  <p>{t('runs.none.text')}</p>
                </div>
              }
            >
              {(run) => (
                <RunRow
                  run={run}
                  name={names.latest?.get(run.core_id) ?? run.core_slug}
                  onOpen={() => navigate(`/runs/${run.execution_id}`)}
                />
              )}
            </For>
          </Show>
          <Show when={cursor()}>
            <div style={{ padding: '12px 24px' }}>
              <Button onClick={() => void more()}>{t('showMore')}</Button>
            </div>
          </Show>
        </div>
      </div>
    </div>
  );
}

function RunRow(props: { run: Execution; name: string; onOpen: () => void }): JSX.Element {
  const took = () => {
    const from = Date.parse(props.run.started_at ?? props.run.created_at);
    const to = props.run.finished_at ? Date.parse(props.run.finished_at) : Date.now();
    return props.run.duration_ms ?? to - from;
  };
  const tokens = () => (props.run.usage ? props.run.usage.input_tokens + props.run.usage.output_tokens : 0);
  const cost = () => Number(props.run.usage?.cost ?? 0);
  return (
    <div
      class="table-row runs-grid"
      role="row"
      tabIndex={0}
      onClick={props.onOpen}
      onKeyDown={(event) => event.key === 'Enter' && props.onOpen()}
    >
      <span role="cell">
        <RunChip status={props.run.status} />
      </span>
      <span class="row" role="cell">
        <span class="strong cut">{props.name}</span>
        <span class="mono muted small">{props.run.execution_id.replace(/^exec_/, '').slice(-8)}</span>
        <Show when={props.run.error}>
          {(error) => <span class="small text-error cut">{error().type}</span>}
        </Show>
      </span>
      <span class="cut" role="cell">
        {props.run.trigger?.name ?? props.run.trigger?.kind}
      </span>
      <span role="cell" title={dateTime(props.run.started_at ?? props.run.created_at)}>
        {ago(props.run.started_at ?? props.run.created_at)}
      </span>
      <span role="cell">{duration(Math.max(0, took()))}</span>
      <span role="cell">{tokens() > 0 ? count(tokens()) : ''}</span>
      <span role="cell">{cost() > 0 ? `$${cost().toFixed(4)}` : ''}</span>
    </div>
  );
}
