import { useNavigate, useSearchParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createMemo, createResource, createSignal, For, onMount, Show } from 'solid-js';
import { listFlows } from '../api/flows';
import { asApiError } from '../api/http';
import type { FlowSummary } from '../api/types';
import { Skeleton } from '../ui/Bits';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { KeyHints } from '../ui/Kbd';
import { Menu } from '../ui/Menu';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import { DeleteFlowDialog } from './DeleteFlowDialog';
import { hasDraft } from './drafts';
import { FlowRow } from './FlowRow';
import { FlowsWelcome } from './FlowsWelcome';
import { handOver, readFlowText } from './newFlow';

type Sort = 'updated_at' | 'created_at' | 'name';
type Filter = 'all' | 'mine' | 'shared' | 'deployed';
const SORT_TEXT = { updated_at: 'sort.changed', created_at: 'sort.created', name: 'sort.name' } as const;
const FILTER_TEXT = {
  all: 'filter.all',
  mine: 'filter.mine',
  shared: 'filter.shared',
  deployed: 'filter.deployed',
} as const;
const FILTERS: Filter[] = ['all', 'mine', 'shared', 'deployed'];
const PAGE = 100;

/** S2: the flows one may see, with what is deployed of each. */
export function FlowsPage(): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams<{ search?: string; sort?: Sort; show?: Filter }>();
  const [limit, setLimit] = createSignal(PAGE);
  const [deleting, setDeleting] = createSignal<FlowSummary>();
  const sort = () => query.sort ?? 'updated_at';
  const show = () => query.show ?? 'all';
  const [flows, { refetch }] = createResource(
    () => ({ search: query.search, sort: sort(), limit: limit() }),
    (ask) =>
      listFlows({
        search: ask.search,
        sort: ask.sort,
        order: ask.sort === 'name' ? 'asc' : 'desc',
        limit: ask.limit,
      }),
  );
  const shown = createMemo(() =>
    (flows.latest?.items ?? []).filter((flow) => passes(flow, show(), app.me()?.sub)),
  );
  const isEmpty = () => flows.latest?.total === 0 && !query.search;
  let fileInput: HTMLInputElement | undefined;
  onMount(() => {
    document.title = t('flows.title');
  });

  const openFile = async (file: File | undefined) => {
    if (!file) return;
    const read = readFlowText(await file.text());
    if (!read.flow) {
      toast({ text: t('import.failed', { name: file.name }), note: read.problem, look: 'error' });
      return;
    }
    handOver(read.flow);
    navigate('/flows/new?from=draft');
  };

  return (
    <div
      class="stack page-drop"
      style={{ height: '100%' }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void openFile(event.dataTransfer?.files[0]);
      }}
    >
      <header class="page-head">
        <h1>{t('flows')}</h1>
        <Show when={!isEmpty() && flows.latest}>{(page) => <span class="muted">{page().total}</span>}</Show>
        <div class="grow" />
        <Show when={!isEmpty()}>
          <div class="search-box" style={{ width: '240px' }}>
            <Icon name="search" />
            <input
              class="input"
              type="search"
              placeholder={t('flows.search')}
              aria-label={t('flows.search')}
              value={query.search ?? ''}
              onInput={(event) => setQuery({ search: event.currentTarget.value }, { replace: true })}
            />
          </div>
        </Show>
        <Button icon="download" onClick={() => fileInput?.click()}>
          {t('import')}
        </Button>
        <Button look="primary" icon="plus" onClick={() => navigate('/flows/new')}>
          {t('newFlow')}
        </Button>
        <input
          ref={fileInput}
          type="file"
          accept=".json,application/json"
          hidden
          onChange={(event) => void openFile(event.currentTarget.files?.[0])}
        />
      </header>
      <Show when={!isEmpty()} fallback={<FlowsWelcome onImport={() => fileInput?.click()} />}>
        <div class="filters">
          <For each={FILTERS}>
            {(id) => (
              <button
                type="button"
                class="filter"
                aria-pressed={show() === id}
                onClick={() => setQuery({ show: id === 'all' ? undefined : id }, { replace: true })}
              >
                {t(FILTER_TEXT[id])}
              </button>
            )}
          </For>
          <div class="grow" />
          <Menu
            class="btn plain"
            placement="bottom-end"
            items={(['updated_at', 'created_at', 'name'] as const).map((id) => ({
              label: t(SORT_TEXT[id]),
              checked: sort() === id,
              run: () => setQuery({ sort: id }, { replace: true }),
            }))}
          >
            <Icon name="sort" />
            {t(SORT_TEXT[sort()])}
          </Menu>
        </div>
        <div class="page-body" onKeyDown={moveAmongRows}>
          <div class="table" role="table" aria-label={t('flows')}>
            <div class="table-head flows-grid" role="row">
              <span role="columnheader" class="visually-hidden">
                {t('col.graph')}
              </span>
              <span role="columnheader" style={{ 'grid-column': 2 }}>
                {t('col.flow')}
              </span>
              <span role="columnheader">{t('col.owner')}</span>
              <span role="columnheader">{t('col.version')}</span>
              <span role="columnheader">{t('col.deployment')}</span>
              <span role="columnheader">{t('col.changed')}</span>
              <span role="columnheader" class="visually-hidden">
                {t('col.actions')}
              </span>
            </div>
            <Show when={flows.error}>
              <div class="empty text-error">{asApiError(flows.error).message}</div>
            </Show>
            <Show when={flows.latest} fallback={<Skeleton rows={6} height={24} />}>
              <For each={shown()} fallback={<div class="empty">{t('flows.none')}</div>}>
                {(flow) => (
                  <FlowRow
                    flow={flow}
                    unsaved={hasDraft(flow.id)}
                    onDelete={() => setDeleting(flow)}
                    onChanged={() => void refetch()}
                  />
                )}
              </For>
            </Show>
          </div>
        </div>
        <footer class="page-foot small muted">
          <span>{t('flows.count', { n: shown().length })}</span>
          <Show when={(flows.latest?.total ?? 0) > limit()}>
            <Button look="link" onClick={() => setLimit(limit() + PAGE)}>
              {t('showMore')}
            </Button>
          </Show>
          <div class="grow" />
          <KeyHints
            hints={[
              { keys: ['Up', 'Down'], text: t('hint.choose') },
              { keys: ['Enter'], text: t('hint.open') },
              { keys: ['Menu'], text: t('hint.flowMenu') },
            ]}
          />
        </footer>
      </Show>
      <DeleteFlowDialog
        flow={deleting()}
        onClose={() => setDeleting(undefined)}
        onDeleted={() => void refetch()}
      />
    </div>
  );
}

function passes(flow: FlowSummary, show: Filter, self: string | undefined): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'mine':
      return flow.owner_id === self;
    case 'shared':
      return flow.owner_id !== self;
    case 'deployed':
      return flow.last_deployment !== null;
  }
}

function moveAmongRows(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.table-row')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))];
  event.preventDefault();
  next?.focus();
}
