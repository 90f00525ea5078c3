import { useNavigate, useParams } from '@solidjs/router';
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
import { listCheckpoints } from '../api/cores';
import { asApiError } from '../api/http';
import type { Checkpoint } from '../api/types';
import { Skeleton } from '../ui/Bits';
import { duration, until } from '../ui/format';
import { IconButton } from '../ui/Button';
import { KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { KeyHints } from '../ui/Kbd';
import { useApp } from './app';
import { InboxDetail } from './InboxDetail';
import type { InboxGroup } from './inboxModel';
import { groupOf, inOrder, priorityBars } from './inboxModel';

const REFRESH_MS = 10_000;
const GROUPS: InboxGroup[] = ['groups', 'mine', 'others'];
const GROUP_TEXT = { groups: 'inbox.groups', mine: 'inbox.mine', others: 'inbox.others' } as const;

/** S19: what waits for a person. The list left, the question in the middle, why and where right. */
export function InboxPage(): JSX.Element {
  const app = useApp();
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  const [searching, setSearching] = createSignal(false);
  const [search, setSearch] = createSignal('');
  const [list, { refetch }] = createResource(() => listCheckpoints({ status: 'pending' }));
  onMount(() => {
    document.title = t('inbox.title');
  });
  const timer = setInterval(() => {
    if (!document.hidden) void refetch();
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));

  const matching = createMemo(() => {
    const wanted = search().trim().toLowerCase();
    return inOrder(list.latest ?? []).filter(
      (item) =>
        wanted === '' ||
        `${title(item)} ${item.assignee_raw} ${item.flow_name}`.toLowerCase().includes(wanted),
    );
  });
  const grouped = createMemo(() =>
    GROUPS.map((group) => ({
      group,
      items: matching().filter((item) => groupOf(item, app.me()) === group),
    })).filter((entry) => entry.items.length > 0),
  );
  const ordered = createMemo(() => grouped().flatMap((entry) => entry.items));
  createEffect(
    on(ordered, (items) => {
      const first = items[0];
      if (!params.id && first) navigate(`/inbox/${first.id}`, { replace: true });
    }),
  );
  const afterDecision = async () => {
    const at = ordered().findIndex((item) => item.id === params.id);
    const next = ordered()[at + 1] ?? ordered()[at - 1];
    await refetch();
    navigate(next ? `/inbox/${next.id}` : '/inbox');
  };

  return (
    <div class="inbox" style={{ 'grid-template-columns': '340px minmax(0, 1fr)' }}>
      <div class="inbox-list">
        <header class="page-head" style={{ padding: '0 8px 0 16px' }}>
          <h1>{t('inbox')}</h1>
          <span class="muted">{list.latest?.length}</span>
          <div class="grow" />
          <IconButton
            icon="search"
            label={t('search')}
            aria-pressed={searching()}
            onClick={() => {
              setSearching(!searching());
              setSearch('');
            }}
          />
        </header>
        <Show when={searching()}>
          <div style={{ padding: '8px 16px' }}>
            <input
              class="input"
              aria-label={t('search')}
              placeholder={t('inbox.search')}
              autofocus
              value={search()}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          </div>
        </Show>
        <div class="scroll grow" role="listbox" aria-label={t('inbox')} onKeyDown={moveInList}>
          <Show when={list.error}>
            <div class="empty text-error">{asApiError(list.error).message}</div>
          </Show>
          <Show when={list.latest} fallback={<Skeleton rows={5} height={40} />}>
            <For
              each={grouped()}
              fallback={
                <div class="empty">
                  <h2>{t('inbox.empty')}</h2>
                  <p>{t('inbox.empty.text')}</p>
                </div>
              }
            >
              {(entry) => (
                <>
                  <div class="inbox-group">
                    <span class="grow">{t(GROUP_TEXT[entry.group])}</span>
                    <span>{entry.items.length}</span>
                  </div>
                  <For each={entry.items}>
                    {(item) => (
                      <InboxItem
                        item={item}
                        chosen={item.id === params.id}
                        onOpen={() => navigate(`/inbox/${item.id}`)}
                      />
                    )}
                  </For>
                </>
              )}
            </For>
          </Show>
        </div>
        <footer class="page-foot" style={{ padding: '0 16px' }}>
          <KeyHints
            hints={[
              { keys: ['Up', 'Down'], text: t('hint.choose') },
              { keys: ['Enter'], text: t('hint.open') },
            ]}
          />
        </footer>
      </div>
      <Show when={params.id} fallback={<div class="inbox-main" />} keyed>
        {(id) => <InboxDetail id={id} onDone={() => void afterDecision()} />}
      </Show>
    </div>
  );
}

export function title(item: Checkpoint): string {
  return (
    item.prompt?.split('\n', 1)[0] ||
    (item.node_id ?? '').replace(/^node_/, '').replace(/_/g, ' ') ||
    item.checkpoint_type
  );
}

/** Four bars that say how urgent it is. */
export function PriorityBars(props: { item: Checkpoint }): JSX.Element {
  const level = () => priorityBars(props.item.priority);
  const color = () => (level() === 4 ? 'var(--error)' : level() === 3 ? 'var(--cat-queue)' : 'var(--muted)');
  return (
    <span
      class="bars"
      title={props.item.priority}
      role="img"
      aria-label={t('priority.of', { priority: props.item.priority })}
    >
      <For each={[1, 2, 3, 4]}>
        {(n) => <i style={{ height: `${2 + n * 2}px`, background: n <= level() ? color() : undefined }} />}
      </For>
    </span>
  );
}

export function kindOfCheckpoint(item: Checkpoint): string {
  if (item.checkpoint_type === 'hitl_review') return 'hitl_review';
  return item.node_id?.includes('decision') || item.checkpoint_type === 'approval'
    ? 'hitl_decision'
    : 'checkpoint';
}

function InboxItem(props: { item: Checkpoint; chosen: boolean; onOpen: () => void }): JSX.Element {
  const quote = () => firstText(props.item.context);
  const due = () => (props.item.expires_at ? until(props.item.expires_at) : undefined);
  return (
    <button
      type="button"
      role="option"
      class="inbox-item"
      aria-selected={props.chosen}
      tabIndex={props.chosen ? 0 : -1}
      onClick={props.onOpen}
    >
      <span class="row">
        <KindIcon
          kind={kindOfCheckpoint(props.item)}
          category={kindOfCheckpoint(props.item) === 'checkpoint' ? 'checkpoint' : 'queue'}
        />
        <span class="strong grow cut">{title(props.item)}</span>
        <PriorityBars item={props.item} />
      </span>
      <span class="small muted cut" style={{ display: 'block' }}>
        {props.item.flow_name} · {props.item.assignee_raw ?? t('anyone')}
      </span>
      <Show when={quote()}>{(text) => <span class="inbox-quote">{text()}</span>}</Show>
      <span class="row small muted" style={{ 'justify-content': 'space-between' }}>
        <span>
          {t('waits', { span: duration(Math.max(60_000, Date.now() - Date.parse(props.item.created_at))) })}
        </span>
        <Show when={due()} fallback={<span>{t('noDeadline')}</span>}>
          {(at) => (
            <span class={at().late || at().ms < 3_600_000 ? 'text-error' : ''}>
              {t('due', { when: at().text })}
            </span>
          )}
        </Show>
      </span>
    </button>
  );
}

function firstText(context: Record<string, unknown> | null): string {
  const value = Object.values(context ?? {}).find((item) => typeof item === 'string' && item !== '');
  return typeof value === 'string' ? `“${value.slice(0, 200)}”` : '';
}

function moveInList(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.inbox-item')];
  const at = items.findIndex((item) => item.getAttribute('aria-selected') === 'true');
  const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
  next?.click();
  next?.focus();
}
