import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { FiberAt, FrameAt, StateAt } from '../../api/debug';
import { Button } from '../../ui/Button';
import { t } from '../../ui/i18n';

interface FramesProps {
  state: StateAt | undefined;
  nodeInfo: (id: string) => { label: string };
  onGo: (nodeId: string) => void;
  /** Lets one paused fiber go on; undefined in the past. */
  onStep: ((fiber: number, action: 'step_over' | 'step_into' | 'step_out') => void) | undefined;
}

const WAITS = {
  effect: 'waits.effect',
  children: 'waits.children',
  checkpoint: 'waits.checkpoint',
  timer: 'waits.timer',
  call: 'waits.call',
  calls: 'waits.call',
  debug: 'waits.debug',
} as const;

/** Fibers with their stacks of blocks, innermost first. */
export function Frames(props: FramesProps): JSX.Element {
  return (
    <div class="frames">
      <For
        each={props.state?.fibers}
        fallback={<div class="muted">{props.state ? t('frames.none') : t('frames.loading')}</div>}
      >
        {(fiber) => <FiberView {...props} fiber={fiber} />}
      </For>
    </div>
  );
}

function FiberView(props: FramesProps & { fiber: FiberAt }): JSX.Element {
  const waits = () => WAITS[(props.fiber.waiting_on ?? '') as keyof typeof WAITS] as
    | (typeof WAITS)[keyof typeof WAITS]
    | undefined;
  const blocks = () => props.fiber.frames.filter((frame) => frame.block_id !== null).reverse();
  return (
    <section class="fiber" aria-label={t('fiber', { n: props.fiber.id })}>
      <div class="row fiber-head">
        <span class="strong">{t('fiber', { n: props.fiber.id })}</span>
        <span class="muted cut grow">{props.fiber.name}</span>
        <Show when={waits()}>{(key) => <span class="small muted">{t(key())}</span>}</Show>
      </div>
      <For each={blocks()} fallback={<div class="frame-row muted">{t('frames.body')}</div>}>
        {(frame) => <FrameRow frame={frame} nodeInfo={props.nodeInfo} onGo={props.onGo} />}
      </For>
      <Show when={props.fiber.waiting_on === 'debug' && props.onStep}>
        {(step) => (
          <div class="row" style={{ gap: '8px', 'padding-top': '6px' }}>
            <Button onClick={() => step()(props.fiber.id, 'step_over')}>{t('stepOver')}</Button>
            <Button onClick={() => step()(props.fiber.id, 'step_into')}>{t('stepInto')}</Button>
            <Button onClick={() => step()(props.fiber.id, 'step_out')}>{t('stepOut')}</Button>
          </div>
        )}
      </Show>
    </section>
  );
}

function FrameRow(props: {
  frame: FrameAt;
  nodeInfo: (id: string) => { label: string };
  onGo: (nodeId: string) => void;
}): JSX.Element {
  const label = () =>
    props.frame.node_id ? props.nodeInfo(props.frame.node_id).label : props.frame.block_id;
  return (
    <button
      type="button"
      class="frame-row"
      onClick={() => props.frame.node_id && props.onGo(props.frame.node_id)}
    >
      <span class="cut grow">{label()}</span>
      <span class="small muted">
        {props.frame.kind}
        {(props.frame.detail?.occurrence ?? 1) > 1 ? ` #${props.frame.detail?.occurrence}` : ''}
      </span>
    </button>
  );
}
