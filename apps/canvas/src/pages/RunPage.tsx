import { A, useNavigate, useParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Switch,
} from 'solid-js';
import { cancelExecution, debugExecution, getExecution, getJournal } from '../api/cores';
import { asApiError } from '../api/http';
import { createOverlay } from '../debugger/overlay';
import { pendingCheckpoint } from '../debugger/pendingCheckpoint';
import { createRunStore } from '../debugger/runStore';
import { isOver } from '../debugger/runState';
import { start } from '../debugger/startRun';
import type { CanvasSession } from '../editor/session';
import { createSession } from '../editor/session';
import type { FlowDocument, JsonObject } from '../model/flow';
import { measureText } from '../render/measure';
import { FlowCanvas } from '../render/FlowCanvas';
import { Timeline, TimelineLegend } from '../panels/Timeline';
import { Logo } from '../ui/Bits';
import { Button, IconButton } from '../ui/Button';
import { clock, count, duration } from '../ui/format';
import { t } from '../ui/i18n';
import { Splitter } from '../ui/Splitter';
import { Tabs } from '../ui/Tabs';
import { setUiSettings, uiSettings } from '../ui/theme';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import './editor.css';
import '../panels/panels.css';
import { keepView } from './editor/keepView';
import { emptyFlow } from './newFlow';
import { RunChip } from './RunChip';
import type { RunFlow } from './runFlow';
import { loadRunFlow } from './runFlow';
import { JournalList, LogList } from './run/RunLists';
import { RunSide } from './run/RunSide';

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

function openReadOnly(flow: FlowDocument | undefined): CanvasSession {
  const session = createSession(flow ?? emptyFlow(), { access: 'view' }, { measure: measureText });
  onCleanup(() => session.dispose());
  return session;
}

function RunView(props: { id: string; flow: RunFlow }): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const session = openReadOnly(props.flow.flow);
  const runs = createRunStore();
  const overlay = createOverlay(session.store, runs.run);
  keepView(session, () => `run_${props.flow.flowId ?? props.flow.core.id}`);
  const [tab, setTab] = createSignal<DockTab>('timeline');
  const [rowKey, setRowKey] = createSignal<string>();
  createEffect(
    on(
      () => props.id,
      (id) => runs.open(id),
    ),
  );
  onMount(() => {
    document.title = t('run.title', { name: props.flow.flow?.name ?? props.flow.core.name });
  });
  const [journal, { refetch }] = createResource(
    () => (tab() === 'journal' ? props.id : undefined),
    async (id) => (await getJournal(id)).items,
  );
  createEffect(
    on(
      () => runs.run.entries,
      () => {
        if (tab() === 'journal') void refetch();
      },
      { defer: true },
    ),
  );

  const chosenNode = createMemo(() =>
    Object.keys(session.editor.selection).find((id) => session.store.nodes[id]),
  );
  const chosenRow = createMemo(() => {
    const id = chosenNode();
    const list = runs.run.rows.filter((row) => row.nodeId === id);
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
  const act = async (action: string) => {
    try {
      if (action === 'cancel') await cancelExecution(props.id);
      else await debugExecution(props.id, action);
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
                canResolve={() => app.may('scaicore:checkpoint_resolve') || app.may('scaicore:manage')}
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
            <div class="dock-tabs">
              <Tabs
                label={t('debugger')}
                value={tab()}
                onChange={setTab}
                items={[
                  { id: 'timeline', label: t('timeline') },
                  { id: 'journal', label: t('journal'), count: runs.record()?.journal_seq },
                  { id: 'log', label: t('log'), count: runs.run.log.length },
                ]}
              />
              <Show when={!isOver(runs.run.status)}>
                <span class="divider" style={{ margin: '0 8px' }} />
                <Controls onAct={(action) => void act(action)} />
              </Show>
              <div class="grow" />
              <Show when={tab() === 'timeline'}>
                <TimelineLegend />
              </Show>
              <LinkChip state={runs.link()} />
            </div>
            <div class="dock-body">
              <Switch>
                <Match when={tab() === 'timeline'}>
                  <Timeline run={runs.run} nodeInfo={info} chosen={chosenRow()?.key} onChoose={choose} />
                </Match>
                <Match when={tab() === 'journal'}>
                  <JournalList
                    records={settled(journal)}
                    error={journal.error ? asApiError(journal.error).message : undefined}
                    nodeInfo={info}
                    onGo={(id) => choose('', id)}
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
            run={runs.run}
            row={chosenRow()}
            nodeId={chosenNode()}
            nodeInfo={info}
            failure={runs.failure()}
            onResolve={(id) => void resolve(id)}
          />
        </aside>
      </div>
    </div>
  );
}

function RunHeader(props: {
  id: string;
  flow: RunFlow;
  runs: ReturnType<typeof createRunStore>;
  onAgain: () => void;
}): JSX.Element {
  const navigate = useNavigate();
  const run = () => props.runs.run;
  const facts = () => {
    const usage = run().usage;
    const tokens = (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0);
    const cost = Number(usage?.cost ?? 0);
    const from = run().startedAt;
    return [
      props.flow.draft ? t('draft') : props.flow.version ? `v${props.flow.version}` : '',
      from === undefined ? '' : t('startedAt', { time: clock(from) }),
      from !== undefined && run().endedAt !== undefined ? duration((run().endedAt ?? 0) - from) : '',
      tokens > 0 ? t('tokens.count', { n: count(tokens) }) : '',
      cost > 0 ? `$${cost.toFixed(4)}` : '',
    ]
      .filter((part) => part !== '')
      .join(' · ');
  };
  return (
    <header class="bar-head" data-region="header">
      <A href="/flows" aria-label={t('flows')} class="row">
        <Logo />
      </A>
      <A href="/flows" class="muted crumb">
        {t('flows')}
      </A>
      <span class="muted">/</span>
      <Show when={props.flow.flowId} fallback={<span class="cut">{props.flow.core.name}</span>}>
        {(id) => (
          <A href={`/flows/${id()}`} class="muted crumb cut">
            {props.flow.flow?.name ?? props.flow.core.name}
          </A>
        )}
      </Show>
      <span class="muted">/</span>
      <span class="mono">{t('run.short', { id: props.id.replace(/^exec_/, '').slice(-8) })}</span>
      <RunChip status={run().status} />
      <span class="muted cut">{facts()}</span>
      <div class="grow" />
      <Show when={props.flow.flowId}>
        {(id) => <Button onClick={() => navigate(`/flows/${id()}`)}>{t('editFlow')}</Button>}
      </Show>
      <Button look="primary" icon="play" onClick={props.onAgain}>
        {t('runAgain')}
      </Button>
    </header>
  );
}

function VersionBanner(props: { flow: RunFlow }): JSX.Element {
  return (
    <Show when={props.flow.newer || props.flow.draft}>
      <div class="run-banner">
        <Show when={!props.flow.draft} fallback={t('run.ofDraft')}>
          <span>
            {t('run.usedVersion')} <span class="strong">v{props.flow.version}</span>
          </span>
          <A class="btn link" href={`/flows/${props.flow.flowId}`}>
            {t('run.newer', { version: props.flow.newer ?? '' })}
          </A>
        </Show>
      </div>
    </Show>
  );
}

function Controls(props: { onAct: (action: string) => void }): JSX.Element {
  return (
    <span class="row" style={{ gap: '2px' }}>
      <IconButton icon="play" label={t('continue')} shortcut="F9" onClick={() => props.onAct('continue')} />
      <IconButton icon="pause" label={t('pause')} shortcut="Shift+F9" onClick={() => props.onAct('pause')} />
      <IconButton
        icon="step-over"
        label={t('stepOver')}
        shortcut="F10"
        onClick={() => props.onAct('step_over')}
      />
      <IconButton
        icon="step-into"
        label={t('stepInto')}
        shortcut="F7"
        onClick={() => props.onAct('step_into')}
      />
      <IconButton
        icon="step-out"
        label={t('stepOut')}
        shortcut="Shift+F7"
        onClick={() => props.onAct('step_out')}
      />
      <IconButton icon="stop" label={t('stop')} onClick={() => props.onAct('cancel')} />
    </span>
  );
}

const LINK = {
  none: 'link.none',
  live: 'link.live',
  waiting: 'link.waiting',
  polling: 'link.polling',
  over: 'link.over',
} as const;

function LinkChip(props: { state: keyof typeof LINK }): JSX.Element {
  return (
    <span class={`chip ${props.state === 'live' ? 'running' : ''}`} style={{ margin: '0 4px 0 12px' }}>
      <Show when={props.state === 'live'}>
        <span class="dot" />
      </Show>
      {t(LINK[props.state])}
    </span>
  );
}
