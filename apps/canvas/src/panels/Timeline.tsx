import type { JSX } from 'solid-js';
import { createMemo, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import type { Segment } from '../debugger/timeline';
import { ticks, timelineRows } from '../debugger/timeline';
import type { RunState } from '../debugger/runState';
import { isOver } from '../debugger/runState';
import { categoryOf } from '../model/kinds';
import { duration } from '../ui/format';
import { KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';

interface TimelineProps {
  run: RunState;
  /** Label and kind of a node in the document the run is drawn on. */
  nodeInfo: (id: string) => { label: string; type: string };
  chosen: string | undefined;
  onChoose: (rowKey: string, nodeId: string) => void;
}

const TICKS = 6;

/** One row per node and occurrence, split into queue, start, run and persist; what waits is hatched. */
export function Timeline(props: TimelineProps): JSX.Element {
  const [now, setNow] = createSignal(Date.now());
  onMount(() => {
    const timer = setInterval(() => {
      if (!isOver(props.run.status)) setNow(Date.now());
    }, 200);
    onCleanup(() => clearInterval(timer));
  });
  const end = () => (isOver(props.run.status) ? (props.run.endedAt ?? now()) : now());
  const rows = createMemo(() => timelineRows(props.run, end()));
  const length = () => Math.max(1, end() - (props.run.startedAt ?? end()));
  const scale = () => length() * 1.12;
  const left = (ms: number) => `${(Math.max(0, ms) / scale()) * 100}%`;
  const style = (segment: Segment) => ({
    left: left(segment.from),
    width: `max(1.5px, ${((segment.to - segment.from) / scale()) * 100}%)`,
  });
  return (
    <div class="timeline scroll" role="table" aria-label={t('timeline')}>
      <div class="timeline-head" role="row">
        <span role="columnheader" class="timeline-name">
          {t('step')}
        </span>
        <span role="columnheader" class="timeline-span">
          {t('wallTime')}
        </span>
        <span class="timeline-scale" role="columnheader" aria-label={t('time')}>
          <For each={ticks(scale(), TICKS).filter((at) => Math.abs(at - length()) > scale() * 0.07)}>
            {(at) => (
              <span class="tick" style={{ left: left(at) }}>
                {tickText(at)}
              </span>
            )}
          </For>
          <span class="cursor-tag" style={{ left: left(length()) }}>
            {duration(length())}
          </span>
        </span>
      </div>
      <For each={rows()} fallback={<div class="empty">{t('timeline.empty')}</div>}>
        {(row) => {
          const info = () => props.nodeInfo(row.occurrence.nodeId);
          return (
            <button
              type="button"
              role="row"
              class="timeline-row"
              aria-selected={props.chosen === row.occurrence.key}
              onClick={() => props.onChoose(row.occurrence.key, row.occurrence.nodeId)}
            >
              <span class="timeline-name" role="cell">
                <KindIcon kind={info().type} category={categoryOf(info().type)} />
                <span class="cut">{info().label}</span>
                <Show when={row.nth > 0}>
                  <span class="small muted">#{row.nth}</span>
                </Show>
                <Show when={row.tries > 0}>
                  <span class="small text-error">{t('tries', { n: row.tries })}</span>
                </Show>
              </span>
              <span class="timeline-span muted" role="cell">
                {duration(row.to - row.from)}
              </span>
              <span class="timeline-scale" role="cell">
                <For each={ticks(scale(), TICKS)}>
                  {(at) => <span class="tick-line" style={{ left: left(at) }} />}
                </For>
                <For each={row.segments}>
                  {(segment) => <span class={`bar-part ${segment.kind}`} style={style(segment)} />}
                </For>
                <span class="cursor-line" style={{ left: left(length()) }} />
              </span>
            </button>
          );
        }}
      </For>
    </div>
  );
}

function tickText(ms: number): string {
  if (ms === 0) return '0 s';
  return ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${ms / 1000} s` : duration(ms);
}

/** The four parts of a step by colour, once per dock. */
export function TimelineLegend(): JSX.Element {
  return (
    <span class="row small muted legend">
      <For each={['queue', 'start', 'run', 'persist'] as const}>
        {(kind) => (
          <span class="row" style={{ gap: '6px' }}>
            <i class={`swatch ${kind}`} />
            {t(LEGEND[kind])}
          </span>
        )}
      </For>
    </span>
  );
}

export const LEGEND = {
  queue: 'part.queue',
  start: 'part.start',
  run: 'part.run',
  persist: 'part.persist',
} as const;
