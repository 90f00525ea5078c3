import type { JSX } from 'solid-js';
import { createMemo, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import type { Segment, TimelineRow } from '../debugger/timeline';
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
  /** The moment that is looked at when it is not the end. */
  at?: number | undefined;
  /** A moment of the scale was pointed at. */
  onScrub?: (at_ms: number) => void;
  onChoose: (rowKey: string, nodeId: string) => void;
}

const TICKS = 6;

/** Where a moment of the run stands in the width of the timeline. */
interface Scale {
  ticks: () => number[];
  /** Percent from the left. */
  left: (ms: number) => string;
  width: (ms: number) => string;
  length: () => number;
  /** Where the tag and the line of the position stand. */
  cursor: () => number;
  /** True where a mark would meet that tag. */
  isNearCursor: (ms: number) => boolean;
  /** The moment at a share of the width. */
  msAt: (share: number) => number;
}

function createScale(length: () => number, cursor: () => number): Scale {
  const whole = () => length() * 1.12;
  const percent = (ms: number) => `${(Math.max(0, ms) / whole()) * 100}%`;
  return {
    ticks: () => ticks(whole(), TICKS),
    left: percent,
    width: (ms) => `max(1.5px, ${percent(ms)})`,
    length,
    cursor,
    // A mark is written to the right of its line, the tag on both sides of its own.
    isNearCursor: (ms) => ms > cursor() - whole() * 0.12 && ms < cursor() + whole() * 0.06,
    msAt: (share) => share * whole(),
  };
}

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
  const begin = () => props.run.startedAt ?? end();
  const length = () => Math.max(1, end() - begin());
  const cursor = () => (props.at === undefined ? length() : Math.max(0, props.at - begin()));
  const scale = createScale(length, cursor);
  return (
    <div class="timeline scroll" role="table" aria-label={t('timeline')}>
      <TimelineHead scale={scale} onScrub={(ms) => props.onScrub?.(begin() + ms)} />
      <For each={rows()} fallback={<div class="empty">{t('timeline.empty')}</div>}>
        {(row) => (
          <RowView
            row={row}
            scale={scale}
            info={props.nodeInfo(row.occurrence.nodeId)}
            chosen={props.chosen === row.occurrence.key}
            onChoose={() => props.onChoose(row.occurrence.key, row.occurrence.nodeId)}
          />
        )}
      </For>
    </div>
  );
}

function TimelineHead(props: { scale: Scale; onScrub: (ms: number) => void }): JSX.Element {
  const marks = () => props.scale.ticks().filter((at) => !props.scale.isNearCursor(at));
  const scrub = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.type === 'pointermove' && !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    props.onScrub(props.scale.msAt((event.clientX - left) / width));
  };
  return (
    <div class="timeline-head" role="row">
      <span role="columnheader" class="timeline-name">
        {t('step')}
      </span>
      <span role="columnheader" class="timeline-span">
        {t('wallTime')}
      </span>
      <span
        class="timeline-scale"
        role="columnheader"
        aria-label={t('time')}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          scrub(event);
        }}
        onPointerMove={scrub}
      >
        <For each={marks()}>
          {(at) => (
            <span class="tick" style={{ left: props.scale.left(at) }}>
              {tickText(at)}
            </span>
          )}
        </For>
        <span class="cursor-tag" style={{ left: props.scale.left(props.scale.cursor()) }}>
          {duration(props.scale.cursor())}
        </span>
      </span>
    </div>
  );
}

interface RowViewProps {
  row: TimelineRow;
  scale: Scale;
  info: { label: string; type: string };
  chosen: boolean;
  onChoose: () => void;
}

function RowView(props: RowViewProps): JSX.Element {
  const style = (segment: Segment) => ({
    left: props.scale.left(segment.from),
    width: props.scale.width(segment.to - segment.from),
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    props.onChoose();
  };
  return (
    <div
      role="row"
      tabIndex={0}
      class="timeline-row"
      aria-selected={props.chosen}
      onClick={props.onChoose}
      onKeyDown={onKeyDown}
    >
      <span class="timeline-name" role="cell">
        <KindIcon kind={props.info.type} category={categoryOf(props.info.type)} />
        <span class="cut">{props.info.label}</span>
        <Show when={props.row.nth > 0}>
          <span class="small muted">#{props.row.nth}</span>
        </Show>
        <Show when={props.row.tries > 0}>
          <span class="small text-error">{t('tries', { n: props.row.tries })}</span>
        </Show>
      </span>
      <span class="timeline-span muted" role="cell">
        {duration(props.row.to - props.row.from)}
      </span>
      <span class="timeline-scale" role="cell">
        <For each={props.scale.ticks()}>
          {(at) => <span class="tick-line" style={{ left: props.scale.left(at) }} />}
        </For>
        <For each={props.row.segments}>
          {(segment) => <span class={`bar-part ${segment.kind}`} style={style(segment)} />}
        </For>
        <span class="cursor-line" style={{ left: props.scale.left(props.scale.cursor()) }} />
      </span>
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
