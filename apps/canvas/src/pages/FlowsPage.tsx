import { useNavigate, useSearchParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
import { createMemo, createResource, createSignal, For, onMount, Show } from 'solid-js';
import type { FlowQuery } from '../api/flows';
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
import { FileDrop } from './FileDrop';
import { FlowRow } from './FlowRow';
import { FlowsWelcome } from './FlowsWelcome';
import { LocalDrafts } from './LocalDrafts';
import { flowFiles, readFlowFile } from './importFile';
import { asNewFlow, emptyFlowPath, handOver } from './newFlow';

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
const SORTS: Sort[] = ['updated_at', 'created_at', 'name'];
const PAGE = 100;

interface Query {
  search?: string;
  sort?: Sort;
  show?: Filter;
}

/** The list in view, as the address asks for it. */
function createFlowList() {
  const app = useApp();
  const [query, setParams] = useSearchParams<Partial<Record<keyof Query, string>>>();
  const [limit, setLimit] = createSignal(PAGE);
  const sort = (): Sort => SORTS.find((id) => id === query.sort) ?? 'updated_at';
  const show = (): Filter => FILTERS.find((id) => id === query.show) ?? 'all';
  const ask = (): FlowQuery => ({
    search: query.search,
    sort: sort(),
    order: sort() === 'name' ? 'asc' : 'desc',
    limit: limit(),
  });
  const [flows, { refetch }] = createResource(ask, listFlows);
  const shown = createMemo(() => {
    const items = settled(flows)?.items ?? [];
    return items.filter((flow) => passes(flow, show(), app.me()?.sub));
  });
  return {
    search: () => query.search ?? '',
    sort,
    show,
    shown,
    total: () => settled(flows)?.total,
    failure: () => (flows.error ? asApiError(flows.error).message : undefined),
    isEmpty: () => settled(flows)?.total === 0 && !query.search,
    hasMore: () => (settled(flows)?.total ?? 0) > limit(),
    more: () => setLimit(limit() + PAGE),
    refetch: () => void refetch(),
    setQuery: (change: Query) => setParams({ ...change }, { replace: true }),
  };
}

type FlowList = ReturnType<typeof createFlowList>;

/** S2: the flows one may see, with what is deployed of each. */
export function FlowsPage(): JSX.Element {
  const navigate = useNavigate();
  const list = createFlowList();
  const [deleting, setDeleting] = createSignal<FlowSummary>();
  let fileInput: HTMLInputElement | undefined;
  onMount(() => {
    document.title = t('flows.title');
  });
  const openFile = async (file: File | undefined) => {
    if (!file) return;
    const read = await readFlowFile(file);
    if (!read.flow) {
      toast({ text: t('import.failed', { name: file.name }), note: read.problem, look: 'error' });
      return;
    }
    for (const note of read.notes ?? []) toast({ text: note });
    navigate(handOver(asNewFlow(read.flow)));
  };
  return (
    <div class="stack" style={{ height: '100%' }}>
      <FileDrop onFile={(file) => void openFile(file)} />
      <FlowsHead list={list} onImport={() => fileInput?.click()} />
      <input
        ref={fileInput}
        type="file"
        accept={flowFiles}
        hidden
        onChange={(event) => void openFile(event.currentTarget.files?.[0])}
      />
      <LocalDrafts />
      <Show when={!list.isEmpty()} fallback={<FlowsWelcome onImport={() => fileInput?.click()} />}>
        <FlowsFilters list={list} />
        <FlowsTable list={list} onDelete={setDeleting} />
        <FlowsFoot list={list} />
      </Show>
      <DeleteFlowDialog flow={deleting()} onClose={() => setDeleting(undefined)} onDeleted={list.refetch} />
    </div>
  );
}

function FlowsHead(props: { list: FlowList; onImport: () => void }): JSX.Element {
  const navigate = useNavigate();
  return (
    <header class="page-head">
      <h1>{t('flows')}</h1>
      <Show when={!props.list.isEmpty()}>
        <span class="muted">{props.list.total()}</span>
      </Show>
      <div class="grow" />
      <Show when={!props.list.isEmpty()}>
        <div class="search-box" style={{ width: '240px' }}>
          <Icon name="search" />
          <input
            class="input"
            type="search"
            placeholder={t('flows.search')}
            aria-label={t('flows.search')}
            value={props.list.search()}
            onInput={(event) => props.list.setQuery({ search: event.currentTarget.value })}
          />
        </div>
      </Show>
      <Button icon="download" onClick={props.onImport}>
        {t('import')}
      </Button>
      <Button look="primary" icon="plus" onClick={() => navigate(emptyFlowPath())}>
        {t('newFlow')}
      </Button>
    </header>
  );
}

function FlowsFilters(props: { list: FlowList }): JSX.Element {
  return (
    <div class="filters">
      <For each={FILTERS}>
        {(id) => (
          <button
            type="button"
            class="filter"
            aria-pressed={props.list.show() === id}
            onClick={() => props.list.setQuery({ show: id })}
          >
            {t(FILTER_TEXT[id])}
          </button>
        )}
      </For>
      <div class="grow" />
      <Menu
        class="btn plain"
        placement="bottom-end"
        items={SORTS.map((id) => ({
          label: t(SORT_TEXT[id]),
          checked: props.list.sort() === id,
          run: () => props.list.setQuery({ sort: id }),
        }))}
      >
        <Icon name="sort" />
        {t(SORT_TEXT[props.list.sort()])}
      </Menu>
    </div>
  );
}

function FlowsTable(props: { list: FlowList; onDelete: (flow: FlowSummary) => void }): JSX.Element {
  return (
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
        <Show when={props.list.failure()}>{(reason) => <div class="empty text-error">{reason()}</div>}</Show>
        <Show
          when={props.list.total() !== undefined}
          fallback={<Show when={!props.list.failure()}>{<Skeleton rows={6} height={24} />}</Show>}
        >
          <For each={props.list.shown()} fallback={<div class="empty">{t('flows.none')}</div>}>
            {(flow) => (
              <FlowRow flow={flow} unsaved={hasDraft(flow.id)} onDelete={() => props.onDelete(flow)} />
            )}
          </For>
        </Show>
      </div>
    </div>
  );
}

function FlowsFoot(props: { list: FlowList }): JSX.Element {
  return (
    <footer class="page-foot small muted">
      <span>{t('flows.count', { n: props.list.shown().length })}</span>
      <Show when={props.list.hasMore()}>
        <Button look="link" onClick={props.list.more}>
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
