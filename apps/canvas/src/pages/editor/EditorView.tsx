import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createEffect, ErrorBoundary, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import { pendingCheckpoint } from '../../debugger/pendingCheckpoint';
import type { CanvasSession } from '../../editor/session';
import { FlowCanvas } from '../../render/FlowCanvas';
import { Outline } from '../../panels/Outline';
import { Palette } from '../../panels/Palette';
import { PreviewPane, PreviewTools } from '../../panels/PreviewPane';
import { countText, ProblemsPanel } from '../../panels/ProblemsPanel';
import { PropertyPanel } from '../../panels/PropertyPanel';
import { RunDock } from '../../panels/RunDock';
import { SearchPanel } from '../../panels/SearchPanel';
import { TestsDock } from '../../panels/TestsDock';
import { Button, IconButton } from '../../ui/Button';
import { duration } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Splitter } from '../../ui/Splitter';
import { Tabs } from '../../ui/Tabs';
import { setUiSettings, uiSettings } from '../../ui/theme';
import { toast } from '../../ui/Toast';
import { useApp } from '../app';
import { PageFault } from '../App';
import { CommandPalette } from './CommandPalette';
import { ConflictDialog } from './ConflictDialog';
import { DeployDialog } from './DeployDialog';
import { DraftBar } from './DraftBar';
import { EditorHeader } from './EditorHeader';
import type { EditorPageState, Loaded } from './editorState';
import { createEditorPageState } from './editorState';
import { keepView } from './keepView';
import { handleKey, pageCommands } from './pageCommands';
import { VersionsDrawer } from './VersionsDrawer';

interface EditorViewProps {
  session: CanvasSession;
  loaded: Loaded;
  onReload: () => void;
}

/** S3: header, docks and the canvas between them, edge to edge. */
export function EditorView(props: EditorViewProps): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const { session } = props;
  const state = createEditorPageState(session, props.loaded, () => app.me()?.sub ?? 'local');
  session.commands.add(pageCommands({ state, navigate: (to) => navigate(to) }));
  onMount(() => {
    const onKey = (event: KeyboardEvent) => handleKey(state, event);
    window.addEventListener('keydown', onKey);
    onCleanup(() => window.removeEventListener('keydown', onKey));
  });
  keepView(session, () => session.toJSON().id);
  createEffect(() => {
    document.title = t('editor.title', { name: session.store.meta.name });
  });
  const style = () => ({
    '--left': uiSettings().leftOpen ? `${uiSettings().leftWidth}px` : '0px',
    '--right': uiSettings().rightOpen ? `${uiSettings().rightWidth}px` : '0px',
    '--bottom': uiSettings().bottomOpen ? `${uiSettings().bottomHeight}px` : '0px',
  });
  const resolve = async (nodeId: string) => {
    const id = await pendingCheckpoint(state.runs.run, nodeId);
    if (id) navigate(`/inbox/${id}`);
    else toast({ text: t('checkpoint.gone') });
  };
  return (
    <div class="editor" style={style()}>
      <EditorHeader state={state} />
      <DraftBar state={state} loaded={props.loaded} />
      <div class="editor-body">
        <Show when={uiSettings().leftOpen}>
          <LeftDock state={state} />
        </Show>
        <div class="editor-middle">
          <div class="editor-canvas" data-region="canvas">
            <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
              <FlowCanvas
                session={session}
                diagnostics={{
                  byNode: (id) => state.preview.diagnostics().byNode.get(id) ?? [],
                  byEdge: (id) => state.preview.diagnostics().byEdge.get(id) ?? [],
                }}
                run={state.runOverlay.active ? state.runOverlay : undefined}
                readOnly={state.readOnly()}
                view="keep"
                onOpenNode={(id) => state.go(id)}
                onRunFrom={() => state.showBottom('run')}
                canResolve={() => app.may('scaicore:checkpoint_resolve') || app.may('scaicore:manage')}
                onResolve={(id) => void resolve(id)}
              >
                <FloatingBars state={state} />
                <Show when={session.store.nodeOrder.length === 0 && !state.readOnly()}>
                  <FirstStep session={session} />
                </Show>
              </FlowCanvas>
            </ErrorBoundary>
          </div>
          <Show when={uiSettings().bottomOpen}>
            <BottomDock state={state} />
          </Show>
        </div>
        <Show when={uiSettings().rightOpen}>
          <aside class="dock right" aria-label={t('properties')} data-region="right">
            <Splitter
              line="vertical"
              size={uiSettings().rightWidth}
              min={260}
              max={560}
              grows={-1}
              label={t('resize', { dock: t('properties') })}
              style={{ left: '-4px' }}
              onResize={(rightWidth) => setUiSettings({ rightWidth })}
            />
            <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
              <PropertyPanel
                session={session}
                diagnostics={state.preview.diagnostics}
                readOnly={state.readOnly}
                run={state.runs.run}
                onGo={(id) => state.go(id)}
              />
            </ErrorBoundary>
          </aside>
        </Show>
      </div>
      <DeployDialog
        state={state}
        open={state.overlay() === 'deploy'}
        onClose={() => state.setOverlay(undefined)}
        onRuns={() => navigate(`/flows/${session.store.meta.flowId}/runs`)}
      />
      <VersionsDrawer
        flowId={session.store.meta.flowId}
        current={session.store.meta.version}
        readOnly={state.readOnly()}
        open={state.overlay() === 'versions'}
        onClose={() => state.setOverlay(undefined)}
        onRestored={() => {
          state.drafts.cancel();
          props.onReload();
        }}
      />
      <Show when={state.overlay() === 'commands'}>
        <CommandPalette state={state} onClose={() => state.setOverlay(undefined)} />
      </Show>
      <ConflictDialog state={state} onReload={props.onReload} />
    </div>
  );
}

function LeftDock(props: { state: EditorPageState }): JSX.Element {
  const { session, preview } = props.state;
  return (
    <aside class="dock left" aria-label={t('steps.dock')} data-region="left">
      <div class="dock-tabs">
        <Tabs
          label={t('steps.dock')}
          value={props.state.leftTab()}
          onChange={props.state.setLeftTab}
          items={[
            { id: 'palette', label: t('palette') },
            { id: 'outline', label: t('outline') },
            { id: 'search', label: t('search') },
          ]}
        />
      </div>
      <Switch>
        <Match when={props.state.leftTab() === 'palette'}>
          <Palette session={session} readOnly={props.state.readOnly} />
        </Match>
        <Match when={props.state.leftTab() === 'outline'}>
          <Outline session={session} diagnostics={preview.diagnostics} onGo={(id) => props.state.go(id)} />
        </Match>
        <Match when={props.state.leftTab() === 'search'}>
          <SearchPanel
            session={session}
            diagnostics={preview.diagnostics}
            onGo={(id) => props.state.go(id)}
          />
        </Match>
      </Switch>
      <Splitter
        line="vertical"
        size={uiSettings().leftWidth}
        min={180}
        max={400}
        grows={1}
        label={t('resize', { dock: t('steps.dock') })}
        style={{ right: '-4px' }}
        onResize={(leftWidth) => setUiSettings({ leftWidth })}
      />
    </aside>
  );
}

function BottomDock(props: { state: EditorPageState }): JSX.Element {
  const { state } = props;
  const { session, preview } = state;
  const index = preview.diagnostics;
  const problems = (look: 'narrow' | 'wide') => (
    <ProblemsPanel
      session={session}
      diagnostics={index}
      readOnly={state.readOnly}
      failure={preview.failure}
      source={preview.source}
      look={look}
      onGo={state.goToProblem}
    />
  );
  return (
    <section class="dock bottom" aria-label={t('bottom.dock')} data-region="bottom">
      <Splitter
        line="horizontal"
        size={uiSettings().bottomHeight}
        min={120}
        max={640}
        grows={-1}
        label={t('resize', { dock: t('bottom.dock') })}
        style={{ top: '-4px' }}
        onResize={(bottomHeight) => setUiSettings({ bottomHeight })}
      />
      <div class="dock-tabs">
        <Tabs
          label={t('bottom.dock')}
          value={state.bottomTab()}
          onChange={state.setBottomTab}
          items={[
            {
              id: 'problems',
              label: t('problems'),
              count: index().errors + index().warnings,
              countLook: index().errors > 0 ? 'error' : 'warning',
            },
            { id: 'preview', label: t('preview') },
            { id: 'run', label: t('run') },
            { id: 'tests', label: t('tests'), count: session.store.tests.length },
          ]}
        />
        <div class="grow" />
        <Show when={state.bottomTab() === 'preview'}>
          <PreviewTools preview={preview} name={session.store.meta.name} />
        </Show>
        <IconButton
          icon="chevron-down"
          label={t('closeDock')}
          onClick={() => setUiSettings({ bottomOpen: false })}
        />
      </div>
      <div class="dock-body">
        <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
          <Switch>
            <Match when={state.bottomTab() === 'problems'}>{problems('wide')}</Match>
            <Match when={state.bottomTab() === 'preview'}>
              <div class="preview-split">
                <PreviewPane preview={preview} session={session} onGo={(id) => state.go(id)} />
                {problems('narrow')}
              </div>
            </Match>
            <Match when={state.bottomTab() === 'run'}>
              <RunDock
                session={session}
                runs={state.runs}
                flowId={session.toJSON().id}
                blocked={state.blocked}
                busy={state.starting}
                deployedCore={state.deployedCore}
                onRun={(input, target) => void state.run(input, target)}
                onCancel={() => void state.cancelRun()}
                onOpenRun={(id) => window.open(`/runs/${id}`, '_self')}
                onGo={(id) => state.go(id)}
              />
            </Match>
            <Match when={state.bottomTab() === 'tests'}>
              <TestsDock
                session={session}
                flowId={session.store.meta.flowId}
                readOnly={state.readOnly}
                run={state.runs.run}
              />
            </Match>
          </Switch>
        </ErrorBoundary>
      </div>
    </section>
  );
}

/** What the docks shrink to when they are closed. */
function FloatingBars(props: { state: EditorPageState }): JSX.Element {
  const { session, preview } = props.state;
  const index = preview.diagnostics;
  return (
    <>
      <Show when={!uiSettings().leftOpen}>
        <div class="float-column">
          <IconButton
            icon="plus"
            label={t('addStep')}
            shortcut="A"
            disabled={props.state.readOnly()}
            onClick={() => session.commands.run('add.quick')}
          />
          <IconButton
            icon="dock"
            label={t('palette')}
            shortcut="N"
            onClick={() => props.state.openLeft('palette')}
          />
          <IconButton
            icon="search"
            label={t('search')}
            shortcut="Mod+F"
            onClick={() => props.state.openLeft('search')}
          />
        </div>
      </Show>
      <Show when={!uiSettings().bottomOpen}>
        <div class="float-bar status-bar">
          <button type="button" class="status-part" onClick={() => props.state.showBottom('problems')}>
            <Show
              when={index().errors + index().warnings > 0}
              fallback={
                <>
                  <span class="text-success">
                    <Icon name="check" />
                  </span>
                  {t('problems.none')}
                </>
              }
            >
              <span class={index().errors > 0 ? 'text-error' : 'text-warning'}>
                <Icon name={index().errors > 0 ? 'error' : 'warning'} />
              </span>
              {countText(index())}
            </Show>
          </button>
          <span class="divider" />
          <button type="button" class="status-part muted" onClick={() => props.state.showBottom('preview')}>
            <Show when={preview.took()} fallback={t('preview')}>
              {(ms) => (
                <>
                  <Icon name="check" />
                  {t('checkedIn', { span: duration(ms()) })}
                </>
              )}
            </Show>
          </button>
          <span class="divider" />
          <span class="status-part muted">{t('steps', { n: session.store.nodeOrder.length })}</span>
          <IconButton
            icon="expand"
            label={t('openDock')}
            onClick={() => setUiSettings({ bottomOpen: true })}
          />
        </div>
      </Show>
      <Show when={!uiSettings().rightOpen}>
        <div class="float-column at-right">
          <IconButton
            icon="settings"
            label={t('properties')}
            shortcut="P"
            onClick={() => setUiSettings({ rightOpen: true })}
          />
        </div>
      </Show>
    </>
  );
}

/** The hint on an empty canvas. */
function FirstStep(props: { session: CanvasSession }): JSX.Element {
  const entries = [
    { id: 'entry_api', text: t('entry.api') },
    { id: 'entry_webhook', text: t('entry.webhook') },
    { id: 'entry_schedule', text: t('entry.schedule') },
  ];
  return (
    <div class="first-step">
      <h2>{t('addEntry')}</h2>
      <p class="small muted">{t('addEntry.text')}</p>
      <div class="row wrap">
        {entries.map((entry) => (
          <Button onClick={() => props.session.placeAtCentre(entry.id)}>{entry.text}</Button>
        ))}
      </div>
    </div>
  );
}
