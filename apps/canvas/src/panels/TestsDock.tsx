import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from 'solid-js';
import { asApiError } from '../api/http';
import type { FixtureResult } from '../debugger/fixtureRun';
import { runOfFixture } from '../debugger/fixtureRun';
import { changedPaths } from '../debugger/positions';
import type { RunState } from '../debugger/runState';
import type { CanvasSession } from '../editor/session';
import type { FixtureRow, Json, JsonObject } from '../model/flow';
import { bindingOf, kindOf } from '../model/kinds';
import { runFixtures } from '../preview/fixtures';
import type { PreviewStore } from '../preview/previewStore';
import { Button, IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';
import { Segments } from '../ui/Tabs';
import { CodeEditor } from './code/CodeEditor';
import { entrySample } from './RunDock';
import { isObject, jsonText, parseJson } from './widgets/codecs';
import { SettledInput } from './widgets/simple';

const STILL_MS = 500;

type Result = FixtureResult;
type Part = 'input' | 'mocks' | 'expect';

/** S10: fixtures; each says what goes in, what is answered instead of calling out, and what must come out. */
export function TestsDock(props: {
  session: CanvasSession;
  flowId: string | null;
  readOnly: () => boolean;
  run: RunState;
  compiler: PreviewStore['compiler'];
  /** The canvas draws the path of the chosen fixture. */
  onShow: (run: RunState | undefined) => void;
}): JSX.Element {
  const { store, writes } = props.session;
  const [chosen, setChosen] = createSignal(0);
  const [results, setResults] = createSignal<ReadonlyMap<string, Result>>(new Map());
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal('');
  const rows = () => store.tests;
  let ran = -1; // the revision that was tested last
  const change = (index: number, row: FixtureRow) =>
    writes.setTests(rows().map((old, at) => (at === index ? row : old)));
  const add = (row: FixtureRow) => {
    writes.setTests([...rows(), row]);
    setChosen(rows().length - 1);
  };
  const canRun = () => props.compiler() !== undefined || props.flowId !== null;
  const go = async (names: string[]) => {
    if (!canRun()) {
      setFailure(t('test.saveFirst'));
      return;
    }
    setBusy(true);
    ran = store.meta.revision;
    setFailure('');
    try {
      const { compiler, flowId, session } = props;
      const by = { compiler: compiler(), flowId, document: () => session.toJSON() };
      await runFixtures(names, by, (report) => {
        const found = report.results.map((item): [string, Result] => [item.name, item]);
        setResults((before) => new Map([...before, ...found]));
      });
    } catch (error) {
      setFailure(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const goAll = () => go(rows().map((row) => row.name));
  const [isOnChange, setOnChange] = createSignal(false);
  // A run that is under way when the flow changes is of an older one: its end starts the next.
  createEffect(
    on([() => store.meta.revision, isOnChange, busy], ([revision, wanted, isBusy]) => {
      if (!wanted || isBusy || revision === ran || rows().length === 0 || !canRun()) return;
      const timer = setTimeout(() => void goAll(), STILL_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  const chosenResult = createMemo(() => results().get(rows()[chosen()]?.name ?? ''));
  createEffect(() => {
    const result = chosenResult();
    const entry = store.nodes[rows()[chosen()]?.entry ?? ''];
    props.onShow(result && runOfFixture(result, entry && bindingOf(entry)));
  });
  onCleanup(() => props.onShow(undefined));
  const counts = () => {
    const list = rows()
      .map((row) => results().get(row.name))
      .filter((item) => item !== undefined);
    return { passed: list.filter((item) => item.status === 'passed').length, of: list.length };
  };
  return (
    <div class="tests">
      <div class="tests-list">
        <div class="row tests-head">
          <Button
            icon="play"
            disabled={busy() || rows().length === 0 || !canRun()}
            onClick={() => void goAll()}
          >
            {t('runAll')}
          </Button>
          <span class="small muted grow">
            {counts().of > 0 ? t('passedOf', { passed: counts().passed, of: counts().of }) : ''}
          </span>
          <IconButton
            icon="refresh"
            label={t('test.onChange')}
            size="compact"
            aria-pressed={isOnChange()}
            disabled={!canRun()}
            onClick={() => setOnChange((is) => !is)}
          />
          <Show when={!props.readOnly()}>
            <button
              type="button"
              class="icon-btn compact"
              aria-label={t('addTest')}
              onClick={() => add(blank(props.session))}
            >
              <Icon name="plus" />
            </button>
          </Show>
        </div>
        <div class="scroll grow" role="listbox" aria-label={t('tests')}>
          <For each={rows()} fallback={<div class="empty">{t('tests.empty')}</div>}>
            {(row, index) => (
              <button
                type="button"
                role="option"
                class="test-row"
                aria-selected={chosen() === index()}
                onClick={() => setChosen(index())}
              >
                <ResultIcon result={results().get(row.name)} />
                <span class="cut grow">{row.name}</span>
              </button>
            )}
          </For>
        </div>
        <Show when={props.run.executionId !== '' && !props.readOnly()}>
          <div class="tests-foot">
            <Button look="ghost" onClick={() => add(fromRun(props.session, props.run))}>
              {t('testFromRun')}
            </Button>
          </div>
        </Show>
      </div>
      <Show when={rows()[chosen()]} fallback={<div class="grow" />}>
        {(row) => (
          <TestEditor
            row={row()}
            result={chosenResult()}
            readOnly={props.readOnly()}
            busy={busy()}
            canRun={canRun()}
            onChange={(next) => change(chosen(), next)}
            onRun={() => void go([row().name])}
            onRemove={() => {
              writes.setTests(rows().filter((_, at) => at !== chosen()));
              setChosen(Math.max(0, chosen() - 1));
            }}
          />
        )}
      </Show>
      <Show when={failure()}>
        <div class="tests-failure field-error">{failure()}</div>
      </Show>
    </div>
  );
}

function ResultIcon(props: { result: Result | undefined }): JSX.Element {
  return (
    <Show when={props.result} fallback={<span class="state-dot none" />}>
      {(result) => (
        <span class={result().status === 'passed' ? 'text-success' : 'text-error'}>
          <Icon name={result().status === 'passed' ? 'check' : 'error'} size={14} />
        </span>
      )}
    </Show>
  );
}

function freeName(session: CanvasSession): string {
  const taken = new Set(session.store.tests.map((row) => row.name));
  let n = session.store.tests.length + 1;
  while (taken.has(t('testN', { n }))) n += 1;
  return t('testN', { n });
}

function blank(session: CanvasSession): FixtureRow {
  return { name: freeName(session), input: entrySample(session), mocks: {}, expect: {} };
}

/** A fixture that repeats a run: its input, the results of what called out as mocks, its output expected. */
export function fromRun(session: CanvasSession, run: RunState): FixtureRow {
  const mocks: JsonObject = {};
  for (const row of run.rows) {
    const kind = kindOf(session.store.nodes[row.nodeId]?.type ?? '');
    if (!kind?.mockable || row.status !== 'done') continue;
    const value = (row.output ?? null) as Json;
    const before = mocks[row.nodeId];
    if (before === undefined) mocks[row.nodeId] = value;
    else if (isObject(before) && Array.isArray(before['$each']))
      mocks[row.nodeId] = { $each: [...before['$each'], value] };
    else mocks[row.nodeId] = { $each: [before, value] };
  }
  const expect: JsonObject =
    run.output === undefined || run.output === null ? {} : { output: run.output as Json };
  return {
    name: freeName(session),
    input: isObject(run.input as Json) ? (run.input as JsonObject) : {},
    mocks,
    expect,
  };
}

interface TestEditorProps {
  row: FixtureRow;
  result: Result | undefined;
  readOnly: boolean;
  busy: boolean;
  canRun: boolean;
  onChange: (row: FixtureRow) => void;
  onRun: () => void;
  onRemove: () => void;
}

const PART_TEXT = { input: 'input', mocks: 'mocks', expect: 'expect' } as const;

function TestEditor(props: TestEditorProps): JSX.Element {
  const [part, setPart] = createSignal<Part>('input');
  const [problem, setProblem] = createSignal('');
  const commit = (text: string) => {
    const parsed = parseJson(text);
    setProblem(parsed.ok ? (isObject(parsed.value ?? {}) ? '' : t('problem.object')) : parsed.message);
    if (parsed.ok && isObject(parsed.value ?? {}))
      props.onChange({ ...props.row, [part()]: parsed.value ?? {} });
  };
  return (
    <div class="test-editor">
      <div class="row tests-head">
        <div style={{ width: '260px' }}>
          <SettledInput
            value={props.row.name}
            label={t('name')}
            readOnly={props.readOnly}
            onCommit={(name) => name.trim() !== '' && props.onChange({ ...props.row, name: name.trim() })}
          />
        </div>
        <Segments
          label={t('part')}
          value={part()}
          onChange={setPart}
          items={(['input', 'mocks', 'expect'] as const).map((id) => ({ id, label: t(PART_TEXT[id]) }))}
        />
        <span class="grow" />
        <Button disabled={props.busy || !props.canRun} onClick={props.onRun}>
          {t('runOne')}
        </Button>
        <button
          type="button"
          class="icon-btn"
          aria-label={t('remove')}
          disabled={props.readOnly}
          onClick={props.onRemove}
        >
          <Icon name="trash" />
        </button>
      </div>
      <div class="test-columns">
        <CodeEditor
          value={jsonText(props.row[part()] ?? {})}
          mode="json"
          label={t(PART_TEXT[part()])}
          commits="settled"
          fill
          readOnly={props.readOnly}
          invalid={problem() !== ''}
          onCommit={commit}
        />
        <div class="scroll test-result">
          <Show when={problem()}>
            <div class="field-error">{problem()}</div>
          </Show>
          <TestResult result={props.result} expect={props.row.expect ?? {}} canRun={props.canRun} />
        </div>
      </div>
    </div>
  );
}

/** What came out, where it differs from what was expected, and the way it took. */
function TestResult(props: {
  result: Result | undefined;
  expect: JsonObject;
  canRun: boolean;
}): JSX.Element {
  const differing = createMemo(() => {
    const { result, expect } = props;
    const isCompared = result?.status === 'failed' && 'output' in expect;
    return new Set(isCompared ? changedPaths(expect['output'], result.output) : []);
  });
  const isMarked = (path: string) => differing().has(path);
  return (
    <Show
      when={props.result}
      fallback={<span class="muted">{props.canRun ? t('test.notRun') : t('test.saveFirst')}</span>}
    >
      {(result) => (
        <>
          <div class={result().status === 'passed' ? 'text-success' : 'text-error'}>
            {result().message ?? t('passed')}
          </div>
          <div class="field-label">{t('output')}</div>
          <JsonTree value={result().output} open={2} isMarked={isMarked} />
          <Show when={differing().size > 0}>
            <div class="field-label">{t('test.expected')}</div>
            <JsonTree value={props.expect['output']} open={2} isMarked={isMarked} />
          </Show>
          <div class="field-label">{t('visited')}</div>
          <div class="mono small">{result().visited.join(' → ')}</div>
        </>
      )}
    </Show>
  );
}
