import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, on, Show } from 'solid-js';
import { readStored, writeStored } from '../api/local';
import { sampleInput } from '../debugger/inputSample';
import { createSpent } from '../debugger/journalList';
import type { RunStore } from '../debugger/runStore';
import { isOver } from '../debugger/runState';
import type { CanvasSession } from '../editor/session';
import type { JsonObject } from '../model/flow';
import { kindOf, kindTitle } from '../model/kinds';
import { Button, IconButton } from '../ui/Button';
import { duration } from '../ui/format';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';
import { Select } from '../ui/Select';
import { Segments } from '../ui/Tabs';
import { CodeEditor } from './code/CodeEditor';
import { tokensText } from './run/tokensText';
import { Timeline } from './Timeline';
import { isObject, jsonText, parseJson } from './widgets/codecs';

/** What is run: the draft, what is deployed, or the draft with the answers of the run that is shown. */
export type RunTarget = 'draft' | 'deployed' | 'reuse';

interface RunDockProps {
  session: CanvasSession;
  runs: RunStore;
  flowId: string;
  /** Why a run cannot start, or undefined. */
  blocked: () => string | undefined;
  busy: () => boolean;
  deployedCore: () => string | undefined;
  onRun: (input: JsonObject, target: RunTarget) => void;
  onCancel: () => void;
  onOpenRun: (id: string) => void;
  onGo: (nodeId: string) => void;
}

const keyOf = (flowId: string): string => `scaiflow_input_${flowId}`;

/** The Run dock of the editor: what goes in on the left, what happened on the right. */
export function RunDock(props: RunDockProps): JSX.Element {
  return (
    <div class="run-dock">
      <RunInput {...props} />
      <div class="run-result">
        <Show when={props.runs.run.executionId !== ''} fallback={<div class="empty">{t('run.none')}</div>}>
          <RunResult {...props} />
        </Show>
      </div>
    </div>
  );
}

function RunInput(props: RunDockProps): JSX.Element {
  const { store } = props.session;
  const [text, setText] = createSignal(startText(props));
  const [problem, setProblem] = createSignal('');
  const options = createMemo(() => [
    { value: 'sample', label: t('input.sample') },
    ...store.tests.map((test, index) => ({ value: String(index), label: test.name, note: t('fixture') })),
  ]);
  const fill = (value: string) => {
    const test = value === 'sample' ? undefined : store.tests[Number(value)];
    setText(jsonText(test?.input ?? entrySample(props.session)));
    setProblem('');
  };
  const run = (target: RunTarget) => {
    const parsed = parseJson(text());
    const value = parsed.ok ? (parsed.value ?? {}) : undefined;
    if (!isObject(value)) {
      setProblem(parsed.ok ? t('problem.object') : parsed.message);
      return;
    }
    setProblem('');
    writeStored(keyOf(props.flowId), value);
    props.onRun(value, target);
  };
  return (
    <div class="run-input">
      <div class="row">
        <span class="field-label grow">{t('input')}</span>
        <div style={{ width: '170px' }}>
          <Select
            label={t('input.from')}
            value={undefined}
            placeholder={t('input.from')}
            options={options()}
            onChange={fill}
          />
        </div>
      </div>
      <div class="grow run-editor">
        <CodeEditor
          value={text()}
          mode="json"
          label={t('input')}
          commits="keystroke"
          fill
          invalid={problem() !== ''}
          onCommit={setText}
        />
      </div>
      <Show when={problem() || props.blocked()}>
        {(reason) => <span class="field-error">{reason()}</span>}
      </Show>
      <RunButtons {...props} onStart={run} />
    </div>
  );
}

function RunButtons(props: RunDockProps & { onStart: (target: RunTarget) => void }): JSX.Element {
  const isBlocked = () => props.busy() || props.blocked() !== undefined;
  return (
    <div class="row">
      <Button icon="play" disabled={isBlocked()} onClick={() => props.onStart('draft')}>
        {t('runDraft')}
      </Button>
      <Show when={props.runs.run.executionId !== '' && isOver(props.runs.run.status)}>
        <Button icon="history" disabled={isBlocked()} onClick={() => props.onStart('reuse')}>
          {t('runReusing')}
        </Button>
      </Show>
      <Show when={props.deployedCore()}>
        <Button look="ghost" disabled={props.busy()} onClick={() => props.onStart('deployed')}>
          {t('invokeDeployed')}
        </Button>
      </Show>
    </div>
  );
}

function RunResult(props: RunDockProps): JSX.Element {
  const { store } = props.session;
  const [view, setView] = createSignal<'output' | 'timeline'>('output');
  const [chosen, setChosen] = createSignal<string>();
  const state = () => props.runs.run;
  const info = (id: string) => ({ label: store.nodes[id]?.label ?? id, type: store.nodes[id]?.type ?? '' });
  createEffect(
    on(
      () => props.runs.run.executionId,
      () => setChosen(undefined),
    ),
  );
  return (
    <>
      <div class="row run-head">
        <RunLine runs={props.runs} />
        <span class="grow" />
        <Segments
          label={t('view')}
          value={view()}
          onChange={setView}
          items={[
            { id: 'output', label: t('output') },
            { id: 'timeline', label: t('timeline') },
          ]}
        />
        <span class="divider" />
        <Show when={!isOver(state().status)}>
          <IconButton icon="stop" label={t('stop')} onClick={props.onCancel} />
        </Show>
        <Button look="ghost" onClick={() => props.onOpenRun(state().executionId)}>
          {t('openRun')}
        </Button>
        <IconButton icon="close" label={t('clear')} onClick={props.runs.close} />
      </div>
      <Show
        when={view() === 'timeline'}
        fallback={<Output runs={props.runs} session={props.session} onGo={props.onGo} />}
      >
        <Timeline
          run={state()}
          nodeInfo={info}
          chosen={chosen()}
          onChoose={(key, id) => {
            setChosen(key);
            props.onGo(id);
          }}
        />
      </Show>
    </>
  );
}

/** What to start from: the input used last, a test's, or a sample of the entry's schema. */
function startText(props: RunDockProps): string {
  const last = readStored<JsonObject>(keyOf(props.flowId));
  return jsonText(last ?? props.session.store.tests[0]?.input ?? entrySample(props.session));
}

export function entrySample(session: CanvasSession): JsonObject {
  const { store } = session;
  const entry = store.nodeOrder.map((id) => store.nodes[id]).find((node) => kindOf(node?.type ?? '')?.entry);
  const schema = entry?.config['input_schema'];
  return sampleInput(isObject(schema) ? schema : undefined);
}

const STATUS = {
  queued: 'status.queued',
  running: 'status.running',
  suspended: 'status.suspended',
  completed: 'status.completed',
  failed: 'status.failed',
  cancelled: 'status.cancelled',
} as const;

function RunLine(props: { runs: RunStore }): JSX.Element {
  const run = () => props.runs.run;
  const spent = createSpent(props.runs.record);
  return (
    <span class="row">
      <span class={`chip ${run().status}`}>
        <span class="dot" />
        {t(STATUS[run().status])}
      </span>
      <span class="small muted cut">
        {[
          run().endedAt !== undefined && run().startedAt !== undefined
            ? duration((run().endedAt ?? 0) - (run().startedAt ?? 0))
            : '',
          tokensText(run().usage, spent.state === 'ready' ? spent() : undefined),
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </span>
    </span>
  );
}

function Output(props: { runs: RunStore; session: CanvasSession; onGo: (id: string) => void }): JSX.Element {
  const run = () => props.runs.run;
  const streaming = () => Object.entries(run().nodes).find(([, node]) => node.state === 'streaming');
  const label = (id: string) => props.session.store.nodes[id]?.label ?? kindTitle(id);
  const errorNode = () =>
    run().error?.location?.node_id ??
    Object.entries(run().nodes).find(([, node]) => node.state === 'failed')?.[0];
  return (
    <div class="scroll grow run-output">
      <Show when={props.runs.failure()}>{(reason) => <div class="field-error">{reason()}</div>}</Show>
      <Show when={run().error}>
        {(error) => (
          <div class="run-error">
            <div class="strong text-error">{error().type}</div>
            <div>{error().message}</div>
            <Show when={errorNode()}>
              {(id) => (
                <button type="button" class="btn link" onClick={() => props.onGo(id())}>
                  {t('goTo.node', { name: label(id()) })}
                </button>
              )}
            </Show>
          </div>
        )}
      </Show>
      <Show when={run().waiting.filter((item) => item.node_id).length > 0}>
        <div class="muted">
          {t('waitsFor', {
            nodes: run()
              .waiting.map((item) => label(item.node_id ?? ''))
              .join(', '),
          })}
        </div>
      </Show>
      <Show when={streaming()}>
        {(item) => (
          <div>
            <div class="field-label">{label(item()[0])}</div>
            <div class="stream-text">
              {item()[1].text}
              <span class="caret" />
            </div>
          </div>
        )}
      </Show>
      <Show when={run().output !== undefined && run().output !== null}>
        <JsonTree value={run().output} open={3} />
      </Show>
    </div>
  );
}
