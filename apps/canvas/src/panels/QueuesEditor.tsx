import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { QueueRow } from '../model/flow';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Select } from '../ui/Select';
import { isObject, numberValue, textOf } from './widgets/codecs';
import { slugOf } from './widgets/lookup';
import { SettledInput } from './widgets/simple';

const MODES = ['fifo', 'priority', 'deadline', 'broadcast'];
const PURPOSES = ['intake', 'processing', 'review', 'escalation', 'completed', 'dead-letter', 'custom'];

/** The scope of the flow and the queues it declares; deploying makes those that are missing. */
export function QueuesEditor(props: { session: CanvasSession; readOnly: () => boolean }): JSX.Element {
  const { store, writes } = props.session;
  const queue = () => store.config['scaiqueue'];
  const scope = () => {
    const value = queue();
    return isObject(value) ? textOf(value['scope']) : '';
  };
  const rows = () => store.queues;
  const change = (index: number, row: QueueRow) =>
    writes.setQueues(rows().map((old, at) => (at === index ? row : old)));
  const users = (slug: string) =>
    store.nodeOrder.filter((id) => store.nodes[id]?.config['queue'] === slug).length;
  const addScope = () => writes.setConfig(['scaiqueue'], { scope: slugOf(store.meta.name) });
  const add = () => {
    const taken = new Set(rows().map((row) => row.slug));
    let n = 1;
    while (taken.has(`queue-${n}`)) n += 1;
    writes.setQueues([...rows(), { slug: `queue-${n}`, consumer_mode: 'fifo', purpose: 'custom' }]);
  };
  return (
    <Show
      when={isObject(queue())}
      fallback={
        <button type="button" class="quiet row" disabled={props.readOnly()} onClick={addScope}>
          <Icon name="plus" size={14} />
          {t('addScope')}
        </button>
      }
    >
      <div class="rows">
        <div class="inline-fields">
          <span class="inline-label">{t('scope')}</span>
          <SettledInput
            class="mono"
            value={scope()}
            label={t('scope')}
            readOnly={props.readOnly()}
            onCommit={(text) => text.trim() !== '' && writes.setConfig(['scaiqueue', 'scope'], text.trim())}
          />
        </div>
        <For each={rows().map((_, index) => index)}>
          {(index) => (
            <Show when={rows()[index]}>
              {(row) => (
                <QueueView
                  row={row()}
                  users={users(row().slug)}
                  readOnly={props.readOnly()}
                  onChange={(next) => change(index, next)}
                  onRemove={() => writes.setQueues(rows().filter((_, at) => at !== index))}
                />
              )}
            </Show>
          )}
        </For>
        <Show when={!props.readOnly()}>
          <button type="button" class="quiet row" onClick={add}>
            <Icon name="plus" size={14} />
            {t('addQueue')}
          </button>
        </Show>
      </div>
    </Show>
  );
}

function QueueView(props: {
  row: QueueRow;
  users: number;
  readOnly: boolean;
  onChange: (row: QueueRow) => void;
  onRemove: () => void;
}): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const set = <K extends keyof QueueRow>(name: K, value: QueueRow[K] | undefined) => {
    const next = { ...props.row };
    if (value === undefined) delete next[name];
    else next[name] = value;
    props.onChange(next);
  };
  return (
    <div class="model-row">
      <div class="model-line queue-line">
        <SettledInput
          class="mono"
          value={props.row.slug}
          label={t('queue')}
          readOnly={props.readOnly}
          onCommit={(text) => text.trim() !== '' && set('slug', text.trim())}
        />
        <span class="small muted cut">
          {t('queue.users', { purpose: props.row.purpose ?? 'custom', n: props.users })}
        </span>
        <button
          type="button"
          class="icon-btn compact"
          aria-label={t('advanced')}
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <Icon name={open() ? 'chevron-down' : 'chevron-right'} />
        </button>
      </div>
      <Show when={open()}>
        <div class="inline-fields">
          <span class="inline-label">{t('displayName')}</span>
          <SettledInput
            value={props.row.display_name ?? ''}
            placeholder={props.row.slug}
            label={t('displayName')}
            readOnly={props.readOnly}
            onCommit={(text) => set('display_name', text === '' ? undefined : text)}
          />
          <span class="inline-label">{t('order')}</span>
          <Select
            value={props.row.consumer_mode ?? 'fifo'}
            label={t('order')}
            disabled={props.readOnly}
            options={MODES.map((value) => ({ value, label: value }))}
            onChange={(value) => set('consumer_mode', value)}
          />
          <span class="inline-label">{t('purpose')}</span>
          <Select
            value={props.row.purpose ?? 'custom'}
            label={t('purpose')}
            disabled={props.readOnly}
            options={PURPOSES.map((value) => ({ value, label: value }))}
            onChange={(value) => set('purpose', value)}
          />
          <span class="inline-label">{t('maxRetries')}</span>
          <SettledInput
            class="number-input"
            value={textOf(props.row.max_retries)}
            placeholder="5"
            label={t('maxRetries')}
            readOnly={props.readOnly}
            inputMode="numeric"
            onCommit={(text) => {
              const value = numberValue(text, 'whole');
              if (value !== null) set('max_retries', value);
            }}
          />
          <span class="inline-label">{t('description')}</span>
          <SettledInput
            value={props.row.description ?? ''}
            label={t('description')}
            readOnly={props.readOnly}
            onCommit={(text) => set('description', text === '' ? undefined : text)}
          />
        </div>
        <div>
          <button type="button" class="btn danger" disabled={props.readOnly} onClick={props.onRemove}>
            {t('removeQueue')}
          </button>
        </div>
      </Show>
    </div>
  );
}
