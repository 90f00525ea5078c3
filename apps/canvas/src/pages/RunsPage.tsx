import { useNavigate, useParams, useSearchParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
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
const PAGE = 50;
/** A flow that was never deployed has no Core to ask for. */
const NO_CORE = '';
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

/** Executions in view: the newest page, asked again while it is looked at, and the older ones below it. */
function createRunList(flowId: () => string | undefined) {
  const [query, setQuery] = useSearchParams<{ status?: string }>();
  const [older, setOlder] = createSignal<Execution[]>([]);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const show = (): Show => SHOWN.find((id) => id === query.status) ?? 'all';
  const status = () => (show() === 'all' ? undefined : show());
  const [core] = createResource(flowId, async (id) => {
    const page = await listDeployments(id);
    return page.items.find((item) => item.core_id !== null)?.core_id ?? NO_CORE;
  });
  const ask = () => {
    if (flowId() !== undefined && settled(core) === undefined) return undefined;
    return { status: status(), core: flowId() === undefined ? undefined : settled(core) };
  };
  const [runs, { refetch }] = createResource(ask, async (wanted) => {
    if (wanted.core === NO_CORE) return { items: [], next_cursor: null };
    const page = await listExecutions({ status: wanted.status, core_id: wanted.core, limit: PAGE });
    if (older().length === 0) setCursor(page.next_cursor);
    return page;
  });
  const asked = () => [status(), flowId()];
  createEffect(on(asked, () => setOlder([]), { defer: true }));
  const timer = setInterval(() => {
    if (!document.hidden) void refetch();
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const list = createMemo(() => {
    const first = settled(runs)?.items;
    const ids = new Set(first?.map((run) => run.execution_id));
    return first && [...first, ...older().filter((run) => !ids.has(run.execution_id))];
  });
  const more = async () => {
    const page = await listExecutions({
      status: status(),
      core_id: ask()?.core,
      limit: PAGE,
      cursor: cursor() ?? undefined,
    });
    setOlder((now) => [...now, ...page.items]);
    setCursor(page.next_cursor);
  };
  const setShow = (id: Show) => setQuery({ status: id === 'all' ? undefined : id }, { replace: true });
  const failure = () => (runs.error ? asApiError(runs.error).message : undefined);
  return { list, show, setShow, more, failure, hasMore: () => cursor() !== null };
}

/** S17: executions, newest first; of one flow when the address names it. */
export function RunsPage(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  const runs = createRunList(() => params.id);
  const [flow] = createResource(
    () => params.id,
    async (id) => (await getFlow(id)).data,
  );
  onMount(() => {
    document.title = t('runs.title');
  });
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('runs')}</h1>
        <Show when={settled(flow)}>{(item) => <span class="muted cut">{item().name}</span>}</Show>
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
              aria-pressed={runs.show() === id}
              onClick={() => runs.setShow(id)}
            >
              {t(SHOW_TEXT[id])}
            </button>
          )}
        </For>
      </div>
      <RunsTable runs={runs} onOpen={(id) => navigate(`/runs/${id}`)} />
    </div>
  );
}

function RunsTable(props: {
  runs: ReturnType<typeof createRunList>;
  onOpen: (id: string) => void;
}): JSX.Element {
  const [names] = createResource(async () => {
    const cores = (await listCores()).items;
    return new Map(cores.map((core) => [core.id ?? core.core_id, core.name]));
  });
  const nameOf = (run: Execution) => settled(names)?.get(run.core_id) ?? run.core_slug;
  const columns = [
    'col.status',
    'col.flow',
    'col.trigger',
    'col.started',
    'col.duration',
    'col.tokens',
    'col.cost',
  ] as const;
  const none = (
    <div class="empty">
      <h2>{t('runs.none')}</h2>
      <p>{t('runs.none.text')}</p>
    </div>
  );
  return (
    <div class="page-body">
      <div class="table" role="table" aria-label={t('runs')}>
        <div class="table-head runs-grid" role="row">
          <For each={columns}>{(column) => <span role="columnheader">{t(column)}</span>}</For>
        </div>
        <Show when={props.runs.failure()}>{(reason) => <div class="empty text-error">{reason()}</div>}</Show>
        <Show
          when={props.runs.list()}
          fallback={<Show when={!props.runs.failure()}>{<Skeleton rows={8} height={18} />}</Show>}
        >
          {(list) => (
            <For each={list()} fallback={none}>
              {(run) => <RunRow run={run} name={nameOf(run)} onOpen={() => props.onOpen(run.execution_id)} />}
            </For>
          )}
        </Show>
        <Show when={props.runs.hasMore()}>
          <div style={{ padding: '12px 24px' }}>
            <Button onClick={() => void props.runs.more()}>{t('showMore')}</Button>
          </div>
        </Show>
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
