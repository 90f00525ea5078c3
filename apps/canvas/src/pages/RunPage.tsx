import { A, useNavigate, useParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  Match,
  on,
  onMount,
  Show,
  Switch,
} from 'solid-js';
import { getExecution } from '../api/cores';
import { asApiError } from '../api/http';
import { createJournal } from '../debugger/journalList';
import { createOverlay } from '../debugger/overlay';
import { pendingCheckpoint } from '../debugger/pendingCheckpoint';
import { isOver } from '../debugger/runState';
import { createRunStore } from '../debugger/runStore';
import { start } from '../debugger/startRun';
import { createTimeTravel } from '../debugger/timeTravel';
import type { JsonObject } from '../model/flow';
import { RunControls } from '../panels/run/RunControls';
import { LiveButton, Scrubber } from '../panels/run/Scrubber';
import { Timeline, TimelineLegend } from '../panels/Timeline';
import { FlowCanvas } from '../render/FlowCanvas';
import { t } from '../ui/i18n';
import { Splitter } from '../ui/Splitter';
import { Tabs } from '../ui/Tabs';
import { setUiSettings, uiSettings } from '../ui/theme';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import './editor.css';
import '../panels/panels.css';
import '../panels/run/run.css';
import { keepView } from './editor/keepView';
import { openReadOnly } from './run/readOnly';
import { createRunDebugger } from './run/runDebugger';
import { RunFork } from './run/RunFork';
import { RunHeader, VersionBanner } from './run/RunHeader';
import { JournalList, LogList } from './run/RunLists';
import type { SideTab } from './run/RunSide';
import { RunSide } from './run/RunSide';
import { LINK } from './run/link';
import type { RunFlow } from './runFlow';
import { loadRunFlow } from './runFlow';
import { settled } from './settled';

type DockTab = 'timeline' | 'journal' | 'log';

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
  const [tab, setTab] = createSignal<DockTab>('timeline');
  const [rowKey, setRowKey] = createSignal<string>();
  const control = createRunDebugger(() => props.id, session, runs, travel, mayDebug);
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
  const chosenRow = createMemo(() => {
    const id = chosenNode();
    const list = travel.shown().rows.filter((row) => row.nodeId === id);
    return list.find((row) => row.key === rowKey()) ?? list[list.length - 1];
  });
  const info = (id: string) => ({
    label: session.store.nodes[id]?.label ?? id,
    type: session.store.nodes[id]?.type ?? '',
  });
  const choose = (key: string, id: string) => {
    setRowKey(key);
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
  const isPaused = () => Object.values(runs.run.nodes).some((node) => node.state === 'paused');
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
          <section class="dock bottom" aria-label={t('debugger')} data-region="bottom">
            <Splitter
              line="horizontal"
              size={uiSettings().bottomHeight}
              min={120}
              max={640}
              grows={-1}
              label={t('resize', { dock: t('debugger') })}
              style={{ top: '-4px' }}
              onResize={(bottomHeight) => setUiSettings({ bottomHeight })}
            />
            <div class="dock-tabs run-tabs-row" classList={{ 'with-controls': !isOver(runs.run.status) }}>
              <Tabs
                label={t('debugger')}
                value={tab()}
                onChange={setTab}
                items={[
                  { id: 'timeline', label: t('timeline') },
                  { id: 'journal', label: t('journal'), count: travel.last() },
                  { id: 'log', label: t('log'), count: runs.run.log.length },
                ]}
              />
              <Show when={!isOver(runs.run.status)}>
                <span class="divider" style={{ margin: '0 8px' }} />
                <RunControls paused={isPaused()} onAct={(action) => void control.act(action)} />
              </Show>
              <Show when={travel.last() > 0}>
                <span class="divider" style={{ margin: '0 8px' }} />
                <Scrubber travel={travel} />
              </Show>
              <div class="grow" />
              <Show when={tab() === 'timeline'}>
                <TimelineLegend />
              </Show>
              <LiveButton travel={travel} link={t(LINK[runs.link()])} live={runs.link() === 'live'} />
            </div>
            <div class="dock-body">
              <Switch>
                <Match when={tab() === 'timeline'}>
                  <Timeline
                    run={runs.run}
                    nodeInfo={info}
                    chosen={chosenRow()?.key}
                    at={travel.shown().frozenAt}
                    onScrub={travel.goTo}
                    onChoose={choose}
                  />
                </Match>
                <Match when={tab() === 'journal'}>
                  <JournalList
                    records={settled(journal)}
                    error={journal.error ? asApiError(journal.error).message : undefined}
                    nodeInfo={info}
                    at={travel.seq() ?? travel.last()}
                    onGo={(seq, id) => {
                      travel.go(seq);
                      if (id) choose('', id);
                    }}
                  />
                </Match>
                <Match when={tab() === 'log'}>
                  <LogList lines={runs.run.log} />
                </Match>
              </Switch>
            </div>
          </section>
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
            nodeId={chosenNode()}
            nodeInfo={info}
            failure={runs.failure()}
            tab={sideTab()}
            onTab={setSideTab}
            state={settled(travel.state)}
            seq={travel.seq()}
            last={travel.last()}
            records={settled(journal)}
            onGo={(id) => choose('', id)}
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
