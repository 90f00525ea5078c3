import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { JournalRecord } from '../../api/types';
import type { LogLine } from '../../debugger/runState';
import { bytes, clock } from '../../ui/format';
import { t } from '../../ui/i18n';

/** The records a run is made of, in order. */
export function JournalList(props: {
  records: JournalRecord[] | undefined;
  error: string | undefined;
  nodeInfo: (id: string) => { label: string };
  /** The position that is looked at. */
  at: number;
  onGo: (seq: number, nodeId: string | null) => void;
}): JSX.Element {
  return (
    <div class="scroll" style={{ height: '100%' }}>
      <Show when={props.error}>{(reason) => <div class="empty text-error">{reason()}</div>}</Show>
      <For each={props.records} fallback={<div class="empty">{props.error ? '' : t('journal.empty')}</div>}>
        {(record) => (
          <button
            type="button"
            class="journal-row"
            aria-current={record.seq === props.at ? 'true' : undefined}
            onClick={() => props.onGo(record.seq, record.node_id)}
          >
            <span class="mono muted">{record.seq}</span>
            <span class="cut">{record.type}</span>
            <span class="small muted">{record.reused_from ? t('state.recorded') : ''}</span>
            <span class="cut muted">{record.node_id ? props.nodeInfo(record.node_id).label : ''}</span>
            <span class="small muted" title={clock(record.at)}>
              {bytes(record.bytes)}
            </span>
          </button>
        )}
      </For>
    </div>
  );
}

const LEVEL: Record<string, string> = { error: 'text-error', warn: 'text-warning' };

export function LogList(props: { lines: LogLine[] }): JSX.Element {
  return (
    <div class="scroll" style={{ height: '100%' }}>
      <For each={props.lines} fallback={<div class="empty">{t('log.empty')}</div>}>
        {(line) => (
          <div class="journal-row" style={{ 'grid-template-columns': '72px 60px minmax(0, 1fr)' }}>
            <span class="small muted">{clock(line.at)}</span>
            <span class={`small ${LEVEL[line.level] ?? 'muted'}`}>{line.level}</span>
            <span class="mono">{line.message}</span>
          </div>
        )}
      </For>
    </div>
  );
}
