import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createEffect, ErrorBoundary, on, onCleanup, onMount, Show } from 'solid-js';
import { pendingCheckpoint } from '../../debugger/pendingCheckpoint';
import type { CanvasSession } from '../../editor/session';
import { FlowCanvas } from '../../render/FlowCanvas';
import { t } from '../../ui/i18n';
import { uiSettings } from '../../ui/theme';
import { toast } from '../../ui/Toast';
import { useApp } from '../app';
import { PageFault } from '../PageFault';
import { CommandPalette } from './CommandPalette';
import { ConflictDialog } from './ConflictDialog';
import { DeployDialog } from './DeployDialog';
import { BottomDock, LeftDock, RightDock } from './Docks';
import { DraftBar } from './DraftBar';
import { EditorHeader } from './EditorHeader';
import type { EditorPageState, Loaded } from './editorState';
import { createEditorPageState } from './editorState';
import { ImportDialog } from './ImportDialog';
import { FirstStep, FloatingBars } from './FloatingBars';
import { keepView } from './keepView';
import { handleKey, pageCommands } from './pageCommands';
import { VersionCompare } from './VersionCompare';
import { VersionsDrawer } from './VersionsDrawer';

interface EditorViewProps {
  session: CanvasSession;
  loaded: Loaded;
  /** Opens the flow anew, by the id the server gave it. */
  onReload: (id: string) => void;
}

/** S3: header, docks and the canvas between them, edge to edge. */
export function EditorView(props: EditorViewProps): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const { session } = props;
  const state = createEditorPageState(
    session,
    props.loaded,
    () => app.me()?.sub ?? 'local',
    () => app.config()?.auth_mode !== 'dev_token',
  );
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
  // What was compared is left where it was entered from: the keyboard stands on the canvas again.
  createEffect(
    on(
      state.comparison,
      (now, before) => {
        const isOver = before !== undefined && now === undefined;
        if (isOver) document.querySelector<HTMLElement>('.editor .flow-host')?.focus();
      },
      { defer: true },
    ),
  );
  return (
    <>
      <Editor {...props} state={state} />
      <Show when={state.comparison()}>
        {(comparison) => <VersionCompare state={state} comparison={comparison()} />}
      </Show>
      <Overlays state={state} onReload={props.onReload} />
    </>
  );
}

/** While versions are compared it stays as it is, out of sight. */
function Editor(props: EditorViewProps & { state: EditorPageState }): JSX.Element {
  const { state } = props;
  const style = () => ({
    '--left': uiSettings().leftOpen ? `${uiSettings().leftWidth}px` : '0px',
    '--right': uiSettings().rightOpen ? `${uiSettings().rightWidth}px` : '0px',
    '--bottom': uiSettings().bottomOpen ? `${uiSettings().bottomHeight}px` : '0px',
  });
  return (
    <div class="editor" style={style()} hidden={state.comparison() !== undefined}>
      <EditorHeader state={state} />
      <DraftBar state={state} loaded={props.loaded} />
      <div class="editor-body">
        <Show when={uiSettings().leftOpen}>
          <LeftDock state={state} />
        </Show>
        <div class="editor-middle">
          <Canvas state={state} />
          <Show when={uiSettings().bottomOpen}>
            <BottomDock state={state} />
          </Show>
        </div>
        <Show when={uiSettings().rightOpen}>
          <RightDock state={state} />
        </Show>
      </div>
    </div>
  );
}

function Canvas(props: { state: EditorPageState }): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const { state } = props;
  const { session } = state;
  const resolve = async (nodeId: string) => {
    const id = await pendingCheckpoint(state.runs.run, nodeId);
    if (id) navigate(`/inbox/${id}`);
    else toast({ text: t('checkpoint.gone') });
  };
  return (
    <main class="editor-canvas" data-region="canvas">
      <h1 class="visually-hidden">{session.store.meta.name}</h1>
      <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
        <FlowCanvas
          session={session}
          diagnostics={state.preview.findings}
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
    </main>
  );
}

/** Dialogs and drawers over the editor. */
function Overlays(props: { state: EditorPageState; onReload: (id: string) => void }): JSX.Element {
  const navigate = useNavigate();
  const { state } = props;
  const { meta } = state.session.store;
  const close = () => state.setOverlay(undefined);
  return (
    <>
      <DeployDialog
        state={state}
        open={state.overlay() === 'deploy'}
        onClose={close}
        onRuns={() => navigate(`/flows/${meta.flowId}/runs`)}
      />
      <VersionsDrawer
        flowId={meta.flowId}
        current={meta.version}
        readOnly={state.readOnly()}
        open={state.overlay() === 'versions'}
        onClose={close}
        onCompare={(version) => {
          close();
          state.setComparison({ before: version, after: 'now' });
        }}
        onRestored={() => {
          state.drafts.cancel();
          props.onReload(meta.flowId ?? '');
        }}
      />
      <Show when={state.overlay() === 'commands'}>
        <CommandPalette state={state} onClose={close} />
      </Show>
      <ImportDialog state={state} />
      <ConflictDialog state={state} onReload={props.onReload} />
    </>
  );
}
