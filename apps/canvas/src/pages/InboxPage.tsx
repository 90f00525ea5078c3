import { useNavigate, useParams } from '@solidjs/router';
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

/** What waits, by whose it is, as the search narrows it. */
function createInbox() {
  const app = useApp();
  const [search, setSearch] = createSignal('');
  const [list, { refetch }] = createResource(() => listCheckpoints({ status: 'pending' }));
  const timer = setInterval(() => {
    if (!document.hidden) void refetch();
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const words = (item: Checkpoint) => `${title(item)} ${item.assignee_raw} ${item.flow_name}`.toLowerCase();
  const matching = createMemo(() => {
    const wanted = search().trim().toLowerCase();
    return inOrder(settled(list) ?? []).filter((item) => words(item).includes(wanted));
  });
  const grouped = createMemo(() => {
    const of = (group: InboxGroup) => matching().filter((item) => groupOf(item, app.me()) === group);
    return GROUPS.map((group) => ({ group, items: of(group) })).filter((entry) => entry.items.length > 0);
  });
  const ordered = createMemo(() => grouped().flatMap((entry) => entry.items));
  return {
    search,
    setSearch,
    grouped,
    ordered,
    refetch,
    total: () => settled(list)?.length,
    failure: () => (list.error ? asApiError(list.error).message : undefined),
  };
}

type Inbox = ReturnType<typeof createInbox>;

/** S19: what waits for a person. The list left, the question in the middle, why and where right. */
export function InboxPage(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  const inbox = createInbox();
  onMount(() => {
    document.title = t('inbox.title');
  });
  createEffect(
    on(inbox.ordered, (items) => {
      const first = items[0];
      if (!params.id && first) navigate(`/inbox/${first.id}`, { replace: true });
    }),
  );
  const afterDecision = async () => {
    const at = inbox.ordered().findIndex((item) => item.id === params.id);
    const next = inbox.ordered()[at + 1] ?? inbox.ordered()[at - 1];
    await inbox.refetch();
    navigate(next ? `/inbox/${next.id}` : '/inbox');
  };
  return (
    <div class="inbox" style={{ 'grid-template-columns': '340px minmax(0, 1fr)' }}>
      <div class="inbox-list">
        <InboxHead inbox={inbox} />
        <InboxList inbox={inbox} chosen={params.id} onOpen={(id) => navigate(`/inbox/${id}`)} />
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

function InboxHead(props: { inbox: Inbox }): JSX.Element {
  const [searching, setSearching] = createSignal(false);
  const toggle = () => {
    setSearching(!searching());
    props.inbox.setSearch('');
  };
  return (
    <>
      <header class="page-head" style={{ padding: '0 8px 0 16px' }}>
        <h1>{t('inbox')}</h1>
        <span class="muted">{props.inbox.total()}</span>
        <div class="grow" />
        <IconButton icon="search" label={t('search')} aria-pressed={searching()} onClick={toggle} />
      </header>
      <Show when={searching()}>
        <div style={{ padding: '8px 16px' }}>
          <input
            class="input"
            aria-label={t('search')}
            placeholder={t('inbox.search')}
            autofocus
            value={props.inbox.search()}
            onInput={(event) => props.inbox.setSearch(event.currentTarget.value)}
          />
        </div>
      </Show>
    </>
  );
}

function InboxList(props: {
  inbox: Inbox;
  chosen: string | undefined;
  onOpen: (id: string) => void;
}): JSX.Element {
  const empty = (
    <div class="empty">
      <h2>{t('inbox.empty')}</h2>
      <p>{t('inbox.empty.text')}</p>
    </div>
  );
  return (
    <div
      class="scroll grow"
      role={props.inbox.total() ? 'listbox' : 'region'}
      aria-label={t('inbox')}
      onKeyDown={moveInList}
    >
      <Show when={props.inbox.failure()}>{(reason) => <div class="empty text-error">{reason()}</div>}</Show>
      <Show
        when={props.inbox.total() !== undefined}
        fallback={<Show when={!props.inbox.failure()}>{<Skeleton rows={5} height={40} />}</Show>}
      >
        <For each={props.inbox.grouped()} fallback={empty}>
          {(entry) => (
            <div role="group" aria-label={t(GROUP_TEXT[entry.group])}>
              <div class="inbox-group">
                <span class="grow">{t(GROUP_TEXT[entry.group])}</span>
                <span>{entry.items.length}</span>
              </div>
              <For each={entry.items}>
                {(item) => (
                  <InboxItem
                    item={item}
                    chosen={item.id === props.chosen}
                    onOpen={() => props.onOpen(item.id)}
                  />
                )}
              </For>
            </div>
          )}
        </For>
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
