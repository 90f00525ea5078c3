import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { ErrorBoundary, Match, Show, Switch } from 'solid-js';
import { Outline } from '../../panels/Outline';
import { Palette } from '../../panels/Palette';
import { PreviewPane, PreviewTools } from '../../panels/PreviewPane';
import { ProblemsPanel } from '../../panels/ProblemsPanel';
import { PropertyPanel } from '../../panels/PropertyPanel';
import { RunDock } from '../../panels/RunDock';
import { SearchPanel } from '../../panels/SearchPanel';
import { TestsDock } from '../../panels/TestsDock';
import { IconButton } from '../../ui/Button';
import { t } from '../../ui/i18n';
import { Splitter } from '../../ui/Splitter';
import { BottomSplitter } from '../BottomSplitter';
import { Tabs } from '../../ui/Tabs';
import { setUiSettings, uiSettings } from '../../ui/theme';
import { PageFault } from '../PageFault';
import type { EditorPageState } from './editorState';

/** Palette, outline and search. */
export function LeftDock(props: { state: EditorPageState }): JSX.Element {
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

/** The properties of what is selected. */
export function RightDock(props: { state: EditorPageState }): JSX.Element {
  const { state } = props;
  return (
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
          session={state.session}
          diagnostics={state.preview.diagnostics}
          readOnly={state.readOnly}
          run={state.runs.run}
          compiler={state.preview.compiler}
          onGo={(id) => state.go(id)}
        />
      </ErrorBoundary>
    </aside>
  );
}

/** Problems, preview, run and tests. */
export function BottomDock(props: { state: EditorPageState }): JSX.Element {
  const { state } = props;
  const index = state.preview.diagnostics;
  return (
    <section class="dock bottom" aria-label={t('bottom.dock')} data-region="bottom">
      <BottomSplitter dock={t('bottom.dock')} />
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
            { id: 'tests', label: t('tests'), count: state.session.store.tests.length },
          ]}
        />
        <div class="grow" />
        <Show when={state.bottomTab() === 'preview'}>
          <PreviewTools preview={state.preview} name={state.session.store.meta.name} />
        </Show>
        <IconButton
          icon="chevron-down"
          label={t('closeDock')}
          onClick={() => setUiSettings({ bottomOpen: false })}
        />
      </div>
      <div class="dock-body">
        <ErrorBoundary fallback={(error, reset) => <PageFault error={error} reset={reset} />}>
          <BottomPanel state={state} />
        </ErrorBoundary>
      </div>
    </section>
  );
}

function BottomPanel(props: { state: EditorPageState }): JSX.Element {
  const navigate = useNavigate();
  const { state } = props;
  const { session, preview } = state;
  const problems = (look: 'narrow' | 'wide') => (
    <ProblemsPanel
      session={session}
      diagnostics={preview.diagnostics}
      readOnly={state.readOnly}
      failure={preview.failure}
      look={look}
      onGo={state.goToProblem}
    />
  );
  return (
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
          onOpenRun={(id) => navigate(`/runs/${id}`)}
          onGo={(id) => state.go(id)}
        />
      </Match>
      <Match when={state.bottomTab() === 'tests'}>
        <TestsDock
          session={session}
          flowId={session.store.meta.flowId}
          readOnly={state.readOnly}
          run={state.runs.run}
          compiler={preview.compiler}
          onShow={state.setTested}
        />
      </Match>
    </Switch>
  );
}
