import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from 'solid-js';
import type { StateAt } from '../../api/debug';
import type { JournalRecord } from '../../api/types';
import { answersOf } from '../../debugger/journalList';
import type { Standing } from '../../debugger/occurrences';
import type { Occurrence, RunState } from '../../debugger/runState';
import { isOver } from '../../debugger/runState';
import { Frames } from '../../panels/run/Frames';
import { ModelTab } from '../../panels/run/ModelTab';
import { Stepper } from '../../panels/run/Stepper';
import { LEGEND } from '../../panels/Timeline';
import { categoryOf } from '../../model/kinds';
import { Button } from '../../ui/Button';
import { bytes, duration, elapsed } from '../../ui/format';
import { Icon, KindIcon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { JsonTree } from '../../ui/JsonTree';
import { Tabs } from '../../ui/Tabs';

export type SideTab = 'values' | 'model' | 'frames';

interface RunSideProps {
  executionId: string;
  run: RunState;
  row: Occurrence | undefined;
  nodeId: string | undefined;
  /** Which entry of the step is shown; undefined when it was entered once. */
  standing: Standing | undefined;
  onOccurrence: (by: 1 | -1) => void;
  nodeInfo: (id: string) => { label: string; type: string };
  failure: string | undefined;
  tab: SideTab;
  onTab: (tab: SideTab) => void;
  /** State at the position; undefined while it is read, or for whoever may not debug. */
  state: StateAt | undefined;
  /** The position, undefined at the end. */
  seq: number | undefined;
  last: number;
  records: JournalRecord[] | undefined;
  onGo: (nodeId: string) => void;
  onStep: ((fiber: number, action: 'step_over' | 'step_into' | 'step_out') => void) | undefined;
  onFork: (() => void) | undefined;
  onResolve: (nodeId: string) => void;
}

/** The right dock of a run: the chosen step with its values, or the run as a whole. */
export function RunSide(props: RunSideProps): JSX.Element {
  return (
    <div class="run-side" style={{ height: '100%' }}>
      <Show
        when={props.nodeId}
        fallback={
          <div class="panel-head">
            <span class="strong grow">{t('wholeRun')}</span>
            <Position {...props} />
          </div>
        }
      >
        {(id) => <StepHead {...props} id={id()} />}
      </Show>
      <Show when={props.nodeId !== undefined ? props.row : undefined}>
        {(row) => <Figure {...props} row={row()} />}
      </Show>
      <div class="run-tabs">
        <Tabs
          label={t('values')}
          value={props.tab}
          onChange={props.onTab}
          items={[
            { id: 'values', label: t('values') },
            { id: 'model', label: t('model') },
            { id: 'frames', label: t('frames') },
          ]}
        />
      </div>
      <div class="run-values scroll">
        <Switch>
          <Match when={props.tab === 'frames'}>
            <Frames state={props.state} nodeInfo={props.nodeInfo} onGo={props.onGo} onStep={props.onStep} />
          </Match>
          <Match when={!props.nodeId}>
            <WholeRun {...props} />
          </Match>
          <Match when={props.tab === 'model'}>
            <StepModel {...props} />
          </Match>
          <Match when={props.tab === 'values'}>
            <StepValues {...props} />
          </Match>
        </Switch>
      </div>
      <Foot {...props} />
    </div>
  );
}

const STATE_TEXT = {
  running: 'status.running',
  streaming: 'status.running',
  suspended: 'state.waiting',
  paused: 'state.paused',
  done: 'done',
  failed: 'status.failed',
  recorded: 'state.recorded',
  skipped: 'notReached',
} as const;

/** Whether its step was entered again since. */
function isEarlier(run: RunState, row: Occurrence | undefined): row is Occurrence {
  return row !== undefined && run.rows.findLast(({ nodeId }) => nodeId === row.nodeId) !== row;
}

function StepState(props: { run: RunState; id: string; row: Occurrence | undefined }): JSX.Element {
  /** An earlier entry has ended in its own way, whatever the step does now. */
  const state = () =>
    isEarlier(props.run, props.row) && props.row.status !== 'open'
      ? props.row.status
      : props.run.nodes[props.id]?.state;
  const look = () =>
    (({ done: 'text-success', failed: 'text-error', suspended: 'text-warning' }) as Record<string, string>)[
      state() ?? ''
    ] ?? 'muted';
  return (
    <span class={`row ${look()}`} style={{ gap: '6px' }}>
      <Show when={state() === 'done'}>
        <Icon name="check" />
      </Show>
      <Show when={state() === 'failed'}>
        <Icon name="error" />
      </Show>
      <Show when={state() === 'suspended'}>
        <Icon name="pause" />
      </Show>
      {state()
        ? t(STATE_TEXT[state() ?? 'skipped'])
        : isOver(props.run.status)
          ? t('notReached')
          : t('state.notYet')}
    </span>
  );
}

function StepHead(props: RunSideProps & { id: string }): JSX.Element {
  const info = () => props.nodeInfo(props.id);
  return (
    <div class="panel-head" style={{ 'padding-right': '16px' }}>
      <KindIcon kind={info().type} category={categoryOf(info().type)} />
      <span class="strong cut">{info().label}</span>
      <span class="mono muted small cut grow">{props.id}</span>
      <StepState run={props.run} id={props.id} row={props.row} />
    </div>
  );
}

/** Which record the values belong to. */
function Position(props: RunSideProps): JSX.Element {
  return (
    <Show when={props.seq}>
      {(seq) => <span class="small muted">{t('record.of', { n: seq(), of: props.last })}</span>}
    </Show>
  );
}

function StepValues(props: RunSideProps): JSX.Element {
  const node = () => props.run.nodes[props.nodeId ?? ''];
  return (
    <Show when={props.row} fallback={<div class="muted">{t('step.noValues')}</div>}>
      {(row) => (
        <>
          <Values row={row()} text={node()?.text ?? ''} streaming={node()?.state === 'streaming'} />
          <Scope {...props} after={row().scope} />
        </>
      )}
    </Show>
  );
}

/** Names and values: at the position that is looked at, else after the step, or after an earlier entry. */
function Scope(props: RunSideProps & { after: Record<string, unknown> | undefined }): JSX.Element {
  const past = () =>
    props.seq === undefined || isEarlier(props.run, props.row) ? undefined : props.state?.scope;
  return (
    <Show when={past() ?? props.after}>
      {(scope) => (
        <>
          <div class="field-label">
            <span>{past() ? t('scopeAt', { n: props.seq ?? 0 }) : t('scopeAfter')}</span>
            <span>{t('names', { n: Object.keys(scope()).length })}</span>
          </div>
          <JsonTree value={scope()} open={0} />
        </>
      )}
    </Show>
  );
}

function StepModel(props: RunSideProps): JSX.Element {
  return (
    <Show when={props.row} fallback={<div class="muted">{t('step.noValues')}</div>}>
      {(row) => (
        <Show when={props.records} fallback={<Attempts row={row()} />}>
          {(records) => <Exchanges {...props} row={row()} records={records()} />}
        </Show>
      )}
    </Show>
  );
}

/** The tries of one entry: the last one first, the others by stepping back. */
function Exchanges(props: RunSideProps & { row: Occurrence; records: JournalRecord[] }): JSX.Element {
  const seq = () => props.seq ?? props.last;
  const answers = createMemo(() =>
    answersOf(props.records, props.row.blockId, props.row.occurrence, seq()),
  );
  const [back, setBack] = createSignal(0);
  createEffect(on([() => props.row.key, seq], () => setBack(0)));
  const nth = () => answers().length - back();
  return (
    <>
      <Show when={answers().length > 1}>
        <div class="row attempts-head">
          <span class="muted grow">{t('attempt')}</span>
          <Stepper
            name={t('attempt')}
            nth={nth()}
            of={answers().length}
            onStep={(by) => setBack(back() - by)}
          />
        </div>
      </Show>
      <ModelTab
        executionId={props.executionId}
        blockId={props.row.blockId}
        occurrence={props.row.occurrence}
        answer={answers()[nth() - 1]}
        seq={seq()}
      />
    </>
  );
}

function Foot(props: RunSideProps): JSX.Element {
  const waits = () => props.nodeId !== undefined && props.run.nodes[props.nodeId]?.state === 'suspended';
  return (
    <Show when={props.onFork ?? waits()}>
      <div class="run-foot">
        <Show when={props.onFork}>
          {(fork) => (
            <Button look="primary" icon="fork" kbd="K" onClick={() => fork()()}>
              {t('forkFromHere')}
            </Button>
          )}
        </Show>
        <Show when={waits() && props.seq === undefined}>
          <Button icon="inbox" onClick={() => props.onResolve(props.nodeId ?? '')}>
            {t('resolve')}
          </Button>
        </Show>
      </div>
    </Show>
  );
}

/** Which of the entries of a step: of one in a loop, or the turns of a loop. */
function Occurrences(props: RunSideProps & { standing: Standing }): JSX.Element {
  return (
    <Stepper
      name={t(props.nodeInfo(props.nodeId ?? '').type === 'logic_loop' ? 'turn' : 'occurrence')}
      nth={props.standing.nth}
      of={props.standing.of}
      keys={['[', ']']}
      onStep={props.onOccurrence}
    />
  );
}

function Figure(props: RunSideProps & { row: Occurrence }): JSX.Element {
  const span = () => (props.row.ownEndedAt ?? props.row.endedAt ?? Date.now()) - props.row.startedAt;
  const at = () => props.run.rows.findIndex((row) => row.key === props.row.key) + 1;
  const parts = () => {
    const timing = props.row.timing;
    return timing
      ? ([
          ['queue', timing.queueMs],
          ['start', timing.startMs],
          ['run', timing.runMs],
          ['persist', timing.persistMs],
        ] as const)
      : [];
  };
  return (
    <div class="run-figure">
      <div class="row">
        <span class="figure grow">{props.row.status === 'open' ? elapsed(span()) : duration(span())}</span>
        <Show
          when={props.standing}
          fallback={<span class="small muted">{t('rowOf', { n: at(), of: props.run.rows.length })}</span>}
        >
          {(standing) => <Occurrences {...props} standing={standing()} />}
        </Show>
      </div>
      <Show when={parts().length > 0}>
        <div class="split-bar">
          <For each={parts()}>
            {([kind, ms]) => (
              <span class={`split-part ${kind}`} style={{ flex: `${Math.max(0.5, ms)} 0 0` }} />
            )}
          </For>
        </div>
        <div class="split-legend">
          <For each={parts()}>
            {([kind, ms]) => (
              <span>
                <span class="row muted" style={{ gap: '6px' }}>
                  <i class={`swatch ${kind}`} />
                  {t(LEGEND[kind])}
                </span>
                <span class="strong">{duration(ms)}</span>
              </span>
            )}
          </For>
        </div>
      </Show>
    </div>
  );
}

function sizeOf(value: unknown): string {
  return value === undefined ? '' : bytes(new Blob([JSON.stringify(value) ?? '']).size);
}

function Values(props: { row: Occurrence; text: string; streaming: boolean }): JSX.Element {
  return (
    <>
      <div class="field-label" style={{ 'margin-top': '0' }}>
        <span>{t('input')}</span>
        <span>{sizeOf(props.row.input)}</span>
      </div>
      <JsonTree value={props.row.input} open={2} />
      <Show
        when={props.row.error}
        fallback={
          <>
            <div class="field-label">
              <span>
                {t('output')} <span class="mono">{props.row.binding}</span>
              </span>
              <span>{sizeOf(props.row.output)}</span>
            </div>
            <Show
              when={!props.streaming}
              fallback={
                <div class="stream-text">
                  {props.text}
                  <span class="caret" />
                </div>
              }
            >
              <JsonTree value={props.row.output} open={3} />
            </Show>
            <Show when={props.row.truncated}>
              <div class="small muted">{t('value.truncated')}</div>
            </Show>
          </>
        }
      >
        {(error) => (
          <div class="run-error" style={{ 'margin-top': '8px' }}>
            <div class="strong text-error">{error().type}</div>
            <div>{error().message}</div>
            <Show when={error().code}>{(code) => <div class="mono small muted">{code()}</div>}</Show>
          </div>
        )}
      </Show>
    </>
  );
}

function Attempts(props: { row: Occurrence }): JSX.Element {
  return (
    <For each={props.row.attempts} fallback={<div class="muted">{t('attempts.none')}</div>}>
      {(attempt) => (
        <div class="row" style={{ height: '28px' }}>
          <span
            class={attempt.failed ? 'text-error' : attempt.endedAt === undefined ? 'muted' : 'text-success'}
          >
            <Icon name={attempt.failed ? 'error' : attempt.endedAt === undefined ? 'clock' : 'check'} />
          </span>
          <span class="grow">
            {t('attemptN', { n: attempt.attempt })}
            {attempt.reused ? ` · ${t('state.recorded')}` : ''}
          </span>
          <span class="muted">
            {attempt.endedAt === undefined ? '' : duration(attempt.endedAt - attempt.startedAt)}
          </span>
        </div>
      )}
    </For>
  );
}

function WholeRun(props: RunSideProps): JSX.Element {
  return (
    <>
      <Show when={props.failure}>{(reason) => <div class="field-error">{reason()}</div>}</Show>
      <Show when={props.run.error}>
        {(error) => (
          <div class="run-error">
            <div class="strong text-error">{error().type}</div>
            <div>{error().message}</div>
          </div>
        )}
      </Show>
      <div class="field-label">
        <span>{t('input')}</span>
        <span>{sizeOf(props.run.input)}</span>
      </div>
      <JsonTree value={props.run.input} open={2} />
      <div class="field-label">
        <span>{t('output')}</span>
        <span>{sizeOf(props.run.output)}</span>
      </div>
      <Show
        when={props.run.output !== undefined && props.run.output !== null}
        fallback={<div class="muted">{t('output.none')}</div>}
      >
        <JsonTree value={props.run.output} open={3} />
      </Show>
      <Scope {...props} after={props.run.scope} />
    </>
  );
}
