import { createMemo, Show, type JSX } from 'solid-js';
import { duration as showDuration, elapsed as showElapsed } from '../ui/format';
import { nodeWidth } from '../model/geometry';
import { cutText, measureText } from './measure';
import { useScene, type NodeRun, type NodeRunState } from './scene';

/** The outline that tells what a run does with a node; it lies under the node's own body. */
export function RunFrame(props: { state: NodeRunState; height: number }): JSX.Element {
  const haloed = (): boolean =>
    props.state === 'running' || props.state === 'streaming' || props.state === 'suspended';
  return (
    <Show
      when={haloed()}
      fallback={
        <rect class="run-outer" x="-4" y="-4" width={nodeWidth + 8} height={props.height + 8} rx="9" />
      }
    >
      <rect class="run-halo" width={nodeWidth} height={props.height} rx="6" />
    </Show>
  );
}

const icons: Partial<Record<NodeRunState, string>> = {
  running: 'play',
  streaming: 'play',
  suspended: 'pause',
  paused: 'pause',
  done: 'check',
  failed: 'close',
  reused: 'check',
};

const widest = 136;

/** The line over the node's own hairline and under its ports; an arc moves on it while the node runs. */
export function RunLine(props: { run: NodeRun; height: number }): JSX.Element {
  /** A moment of the past stands still. */
  const moving = (): boolean =>
    props.run.startedAt !== undefined && (props.run.state === 'running' || props.run.state === 'streaming');
  const box = () => ({ width: nodeWidth, height: props.height, rx: 6 });
  return (
    <>
      <rect class="run-line" {...box()} />
      <Show when={moving()}>
        <rect class="run-arc" {...box()} pathLength="100" />
      </Show>
    </>
  );
}

/** The chip on the lower edge. */
export function RunChip(props: { run: NodeRun; height: number }): JSX.Element {
  const scene = useScene();
  const text = createMemo(() => cutText(chipText(props.run, scene.clock()), 'port', widest - 32));
  const width = (): number => Math.min(widest, Math.ceil(measureText(text(), 'port')) + 32);
  return (
    <Show when={icons[props.run.state]}>
      {(icon) => (
        <g class="run-chip" transform={`translate(38 ${props.height - 10})`}>
          <rect class="run-chip-gap" x="-2" y="-2" width={width() + 4} height="24" rx="12" />
          <rect class="run-chip-body" x="0.5" y="0.5" width={width() - 1} height="19" rx="9.5" />
          <use class="run-chip-icon" href={`#ui-${icon()}`} x="7" y="4" width="12" height="12" />
          <text class="run-chip-text" x="23.5" y="14">
            {text()}
          </text>
        </g>
      )}
    </Show>
  );
}

/** Why a run stands still, by the debugger's word for it. */
const pauses: Readonly<Record<string, string>> = {
  breakpoint: 'Breakpoint',
  pause: 'Paused',
  step: 'Step',
  mismatch: 'Not recorded',
};

function chipText(run: NodeRun, now: number): string {
  const elapsed = run.startedAt === undefined ? run.durationMs : now - run.startedAt;
  switch (run.state) {
    case 'running':
    case 'streaming':
      return elapsed === undefined ? 'Running' : showElapsed(elapsed);
    case 'suspended':
      return elapsed === undefined
        ? 'Waiting'
        : `Waiting ${elapsed < 60000 ? showElapsed(elapsed) : showDuration(elapsed)}`;
    case 'paused':
      return pauses[run.text ?? ''] ?? run.text ?? 'Paused';
    case 'done':
      return doneText(run);
    case 'failed':
      return run.errorType ?? 'Failed';
    case 'reused':
      return 'recorded';
    case 'waiting':
    case 'skipped':
      return '';
  }
}

function doneText(run: NodeRun): string {
  const time = run.durationMs === undefined ? 'Done' : showDuration(run.durationMs);
  return (run.count ?? 1) > 1 ? `${time} ×${run.count}` : time;
}
