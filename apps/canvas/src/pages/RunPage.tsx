import { A, useNavigate, useParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createEffect, createMemo, createResource, createSignal, on, onMount, Show } from 'solid-js';
import { getExecution } from '../api/cores';
import { asApiError } from '../api/http';
import { createJournal } from '../debugger/journalList';
import { createOverlay } from '../debugger/overlay';
import { rowBeside, standing } from '../debugger/occurrences';
import { pendingCheckpoint } from '../debugger/pendingCheckpoint';
import { createPositions } from '../debugger/positions';
import { createRunStore } from '../debugger/runStore';
import { start } from '../debugger/startRun';
import { createTimeTravel } from '../debugger/timeTravel';
import type { JsonObject } from '../model/flow';
import { FlowCanvas } from '../render/FlowCanvas';
import { t } from '../ui/i18n';
import { Splitter } from '../ui/Splitter';
import { setUiSettings, uiSettings } from '../ui/theme';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import './editor.css';
import '../panels/panels.css';
import '../panels/run/run.css';
import { keepView } from './editor/keepView';
import { openReadOnly } from './run/readOnly';
import type { DockTab } from './run/RunBottom';
import { RunBottom } from './run/RunBottom';
import { createRunDebugger } from './run/runDebugger';
import { RunFork } from './run/RunFork';
import { RunHeader, VersionBanner } from './run/RunHeader';
import type { SideTab } from './run/RunSide';
import { RunSide } from './run/RunSide';
import type { RunFlow } from './runFlow';
import { loadRunFlow } from './runFlow';
import { settled } from './settled';

/** S18: one execution over the flow it ran, live while it runs. */
export default function RunPage(): JSX.Element {
  const params = useParams<{ id: string }>();
  const [loaded] = createResource(
    () => params.id,
    async (id) => loadRunFlow(await getExecution(id)),
  );
  return (
    <Show
      when={loaded.state === 'ready' && loaded()}
      keyed
      fallback={
        <Show
          when={loaded.error}
          fallback={
            <div class="editor" aria-busy="true">
              <div class="bar-head" />
            </div>
          }
        >
          <div class="message-page">
            <h1 class="title">{t('run.notLoaded')}</h1>
            <p class="muted">{asApiError(loaded.error).message}</p>
            <A class="btn" href="/runs">
              {t('runs')}
            </A>
          </div>
        </Show>
      }
    >
      {(flow) => <RunView id={params.id} flow={flow} />}
    </Show>
  );
}

function RunView(props: { id: string; flow: RunFlow }): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const session = openReadOnly(props.flow.flow);
  const runs = createRunStore();
  const mayDebug = () => app.may('scaicore:debug');
  const travel = createTimeTravel(runs, mayDebug);
  const overlay = createOverlay(session.store, travel.shown);
  keepView(session, () => `run_${props.flow.flowId ?? props.flow.core.id}`);
  const positions = createPositions(runs, travel, mayDebug);
  const [tab, setTab] = createSignal<DockTab>('timeline');
  const control = createRunDebugger(() => props.id, session, runs, travel, mayDebug, (by) =>
    toOccurrence(by),
  );
  createEffect(
    on(
      () => props.id,
      (id) => runs.open(id),
    ),
  );
  onMount(() => {
    document.title = t('run.title', { name: props.flow.flow?.name ?? props.flow.core.name });
  });
  const [sideTab, setSideTab] = createSignal<SideTab>('values');
  const journal = createJournal(
    () => props.id,
    () => mayDebug() && (tab() === 'journal' || sideTab() === 'model' || control.forking()),
    travel.last,
  );
  const chosenNode = createMemo(() =>
    Object.keys(session.editor.selection).find((id) => session.store.nodes[id]),
  );
  const chosenRow = createMemo(() => rowBeside(travel.shown().rows, chosenNode(), travel.chosen()));
  const place = createMemo(() =>
    standing(runs.run, travel.shown(), chosenNode() ?? '', chosenRow()?.key, travel.chosen()),
  );
  const toOccurrence = (by: 1 | -1) => {
    const row = by > 0 ? place()?.next : place()?.previous;
    if (row) travel.visit(row);
  };
  const info = (id: string) => ({
    label: session.store.nodes[id]?.label ?? id,
    type: session.store.nodes[id]?.type ?? '',
  });
  const choose = (id: string, key?: string) => {
    travel.choose(key);
    if (!session.store.nodes[id]) return;
    session.select([id]);
    session.commands.run('view.center');
  };
  const again = async () => {
    try {
      const result = await start(
        props.flow.core.id ?? props.flow.core.core_id,
        (runs.run.input ?? {}) as JsonObject,
        [],
      );
      navigate(`/runs/${result.executionId}`);
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  const resolve = async (nodeId: string) => {
    const id = await pendingCheckpoint(runs.run, nodeId);
    if (id) navigate(`/inbox/${id}`);
    else toast({ text: t('checkpoint.gone') });
  };
  const style = () => ({
    '--left': '0px',
    '--right': `${uiSettings().runRightWidth}px`,
    '--bottom': `${uiSettings().bottomHeight}px`,
  });
  return (
    <div class="editor run-view" style={style()}>
      <RunHeader id={props.id} flow={props.flow} runs={runs} onAgain={() => void again()} />
      <div class="editor-body">
        <div class="editor-middle">
          <main class="editor-canvas" data-region="canvas">
            <h1 class="visually-hidden">{props.flow.flow?.name ?? props.flow.core.name}</h1>
            <Show when={props.flow.flow} fallback={<div class="empty">{t('run.noFlow')}</div>}>
              <FlowCanvas
                session={session}
                view="keep"
                run={overlay}
                readOnly
                onOpenNode={(id) => session.select([id])}
                canResolve={() =>
                  travel.seq() === undefined &&
                  (app.may('scaicore:checkpoint_resolve') || app.may('scaicore:manage'))
                }
                onResolve={(id) => void resolve(id)}
              >
                <VersionBanner flow={props.flow} />
              </FlowCanvas>
            </Show>
          </main>
          <RunBottom
            runs={runs}
            travel={travel}
            positions={positions}
            tab={tab()}
            onTab={setTab}
            journal={journal}
            chosen={chosenRow()?.key}
            nodeInfo={info}
            onAct={(action) => void control.act(action)}
            onChoose={choose}
          />
        </div>
        <aside class="dock right" aria-label={t('values')} data-region="right">
          <Splitter
            line="vertical"
            size={uiSettings().runRightWidth}
            min={280}
            max={640}
            grows={-1}
            label={t('resize', { dock: t('values') })}
            style={{ left: '-4px' }}
            onResize={(runRightWidth) => setUiSettings({ runRightWidth })}
          />
          <RunSide
            executionId={props.id}
            run={travel.shown()}
            row={chosenRow()}
            standing={place()}
            onOccurrence={toOccurrence}
            nodeId={chosenNode()}
            nodeInfo={info}
            failure={runs.failure()}
            tab={sideTab()}
            onTab={setSideTab}
            state={settled(travel.state)}
            seq={travel.seq()}
            last={travel.last()}
            records={settled(journal)}
            onGo={choose}
            onStep={
              travel.seq() === undefined ? (fiber, action) => void control.act(action, fiber) : undefined
            }
            onFork={mayDebug() ? () => control.setForking(true) : undefined}
            onResolve={(id) => void resolve(id)}
          />
        </aside>
      </div>
      <RunFork
        open={control.forking() && settled(journal) !== undefined}
        flow={props.flow}
        runs={runs}
        travel={travel}
        records={settled(journal)}
        chosen={chosenRow()}
        nodeInfo={info}
        onClose={() => control.setForking(false)}
      />
    </div>
  );
}
