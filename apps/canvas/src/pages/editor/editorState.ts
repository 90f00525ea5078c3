import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import { cancelExecution } from '../../api/cores';
import { createFlow, saveFlow } from '../../api/flows';
import type { ApiError, Answer } from '../../api/http';
import { asApiError } from '../../api/http';
import type { Diagnostic, FlowDetail } from '../../api/types';
import { createOverlay } from '../../debugger/overlay';
import type { RunState } from '../../debugger/runState';
import { createRunStore } from '../../debugger/runStore';
import type { StartResult } from '../../debugger/startRun';
import { start, startDraft, startReusing } from '../../debugger/startRun';
import type { CanvasSession } from '../../editor/session';
import type { FlowDocument, JsonObject } from '../../model/flow';
import type { RunTarget } from '../../panels/RunDock';
import { bySeverity, fieldOf } from '../../preview/diagnostics';
import type { PreviewStore } from '../../preview/previewStore';
import { createPreviewStore } from '../../preview/previewStore';
import { announce } from '../../ui/announcer';
import { t } from '../../ui/i18n';
import { setUiSettings, uiSettings } from '../../ui/theme';
import { toast } from '../../ui/Toast';
import { createDraftWriter, removeDraft } from '../drafts';

export type BottomTab = 'problems' | 'preview' | 'run' | 'tests';
export type LeftTab = 'palette' | 'outline' | 'search';
export type Overlay = 'deploy' | 'versions' | 'commands' | undefined;

/** Two documents that are compared: versions by their numbers, `now` what the editor holds. */
export interface Comparison {
  before: string;
  after: string;
  /** What `draft` stands for, where this browser kept one. */
  draft?: FlowDocument;
}

export interface Loaded {
  flow: FlowDocument;
  flowId: string | null;
  etag: string | undefined;
  detail: FlowDetail | undefined;
}

export type EditorPageState = ReturnType<typeof createEditorPageState>;

/** Creating and saving the flow, and the drafts that a save makes needless. */
function createSaving(session: CanvasSession, loaded: Loaded, readOnly: () => boolean) {
  const { store } = session;
  const [etag, setEtag] = createSignal(loaded.etag);
  const [detail, setDetail] = createSignal(loaded.detail);
  const [conflict, setConflict] = createSignal<ApiError>();
  const [saving, setSaving] = createSignal(false);
  const drafts = createDraftWriter(() => session.toJSON());
  const revision = () => store.meta.revision;
  createEffect(on(revision, () => drafts.changed(), { defer: true }));
  const flush = () => drafts.flush();
  window.addEventListener('pagehide', flush);
  onCleanup(() => {
    window.removeEventListener('pagehide', flush);
    drafts.flush();
  });

  const accept = (answer: Answer<FlowDetail>, formerId: string) => {
    setEtag(answer.etag);
    setDetail(answer.data);
    session.markSaved(answer.data.version, answer.data.id);
    drafts.cancel();
    removeDraft(formerId);
    removeDraft(answer.data.id);
    announce(t('savedVersion', { version: answer.data.version }));
  };
  const refuse = (error: ApiError) => {
    if (error.status === 412) setConflict(error);
    else toast({ text: t('save.failed', { reason: error.message }), note: noteOf(error), look: 'error' });
  };
  /** Creates or saves; true when the server has the document. `force` saves over what somebody else saved. */
  const save = async (force: 'checked' | 'force' = 'checked'): Promise<boolean> => {
    if (readOnly() || saving()) return false;
    setSaving(true);
    const content = session.toJSON();
    const body = { name: store.meta.name, description: descriptionOf(content), content };
    const id = store.meta.flowId;
    const known = force === 'force' ? '*' : etag();
    try {
      const answer = id === null ? await createFlow(body) : await saveFlow(id, body, known);
      accept(answer, content.id);
      if (id === null) history.replaceState(history.state, '', `/flows/${answer.data.id}`);
      setConflict(undefined);
      return true;
    } catch (error) {
      refuse(asApiError(error));
      return false;
    } finally {
      setSaving(false);
    }
  };
  return { detail, setDetail, saving, save, conflict, setConflict, drafts };
}

/** Which docks are open and which of their tabs are shown. */
function createDocks() {
  const [leftTab, setLeftTab] = createSignal<LeftTab>('palette');
  const [bottomTab, setBottomTab] = createSignal<BottomTab>('preview');
  const [overlay, setOverlay] = createSignal<Overlay>();
  const [comparison, setComparison] = createSignal<Comparison>();
  const showBottom = (tab: BottomTab) => {
    setBottomTab(tab);
    setUiSettings({ bottomOpen: true });
  };
  let askFile = (): void => {};
  const openBottom = (tab: BottomTab) => {
    if (uiSettings().bottomOpen && bottomTab() === tab) setUiSettings({ bottomOpen: false });
    else showBottom(tab);
  };
  const openLeft = (tab: LeftTab) => {
    if (uiSettings().leftOpen && leftTab() === tab) setUiSettings({ leftOpen: false });
    else {
      setLeftTab(tab);
      setUiSettings({ leftOpen: true });
    }
  };
  return {
    /** The part of the page that opens files says how it is asked for one. */
    onImport: (ask: () => void) => {
      askFile = ask;
    },
    requestImport: () => askFile(),
    leftTab,
    setLeftTab,
    bottomTab,
    setBottomTab,
    overlay,
    setOverlay,
    comparison,
    setComparison,
    showBottom,
    openBottom,
    openLeft,
  };
}

/** Going to steps and problems: selected, in view, and the right field open. */
function createPlaces(session: CanvasSession, preview: PreviewStore) {
  const { store } = session;
  const [problemAt, setProblemAt] = createSignal(-1);
  const go = (id: string, field?: string) => {
    session.select([id]);
    if (!uiSettings().rightOpen) setUiSettings({ rightOpen: true });
    if (store.nodes[id]) session.commands.run('view.center');
    if (field) openField(field);
  };
  const goToProblem = (item: Diagnostic) => {
    const id = item.node_id ?? item.edge_id;
    if (id) go(id, fieldOf(item));
    else session.select([]);
  };
  const stepProblem = (step: 1 | -1) => {
    const list = bySeverity(preview.diagnostics().all);
    const next = list.length === 0 ? -1 : (problemAt() + step + list.length) % list.length;
    setProblemAt(next);
    const item = list[next];
    announce(item?.message ?? t('problems.none'));
    if (item) goToProblem(item);
  };
  return { go, goToProblem, stepProblem };
}

interface RunNeeds {
  session: CanvasSession;
  preview: PreviewStore;
  principal: () => string;
  detail: () => FlowDetail | undefined;
  showBottom: (tab: BottomTab) => void;
}

/** Starting and stopping runs of the draft and of what is deployed. */
function createRuns(needs: RunNeeds) {
  const { session, preview, showBottom } = needs;
  const runs = createRunStore();
  const [tested, setTested] = createSignal<RunState>();
  const runOverlay = createOverlay(session.store, () => tested() ?? runs.run);
  const [starting, setStarting] = createSignal(false);
  const deployedCore = () => needs.detail()?.last_deployment?.core_id ?? undefined;
  const blocked = createMemo(() => {
    const { errors } = preview.diagnostics();
    return errors > 0 ? t('run.blocked', { n: errors }) : undefined;
  });
  const begin = (input: JsonObject, target: RunTarget): Promise<StartResult> => {
    const breakpoints = Object.keys(session.editor.sessionBreakpoints);
    const core = deployedCore();
    if (target === 'deployed' && core) return start(core, input, breakpoints);
    const origin = runs.run.executionId;
    if (target === 'reuse' && origin !== '')
      return startReusing(origin, session.toJSON(), needs.principal(), input, breakpoints);
    return startDraft(session.toJSON(), needs.principal(), input, breakpoints);
  };
  const run = async (input: JsonObject, target: RunTarget) => {
    setStarting(true);
    try {
      const result = await begin(input, target);
      if (result.kind === 'started') runs.open(result.executionId);
      else toast({ text: t('run.refused'), note: result.diagnostics[0]?.message, look: 'error' });
      showBottom(result.kind === 'started' ? 'run' : 'problems');
    } catch (error) {
      const refused = asApiError(error);
      toast({ text: t('run.failed', { reason: refused.message }), note: noteOf(refused), look: 'error' });
    } finally {
      setStarting(false);
    }
  };
  const cancelRun = async () => {
    try {
      await cancelExecution(runs.run.executionId);
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  return { runs, runOverlay, setTested, starting, deployedCore, blocked, run, cancelRun };
}

/** Everything the editor page does around the session: save, drafts, preview, runs, docks. */
export function createEditorPageState(
  session: CanvasSession,
  loaded: Loaded,
  principal: () => string,
  mayAskServer: () => boolean,
) {
  const readOnly = () => session.store.meta.access === 'view';
  const docks = createDocks();
  const saving = createSaving(session, loaded, readOnly);
  const followed = session.follow();
  onCleanup(followed.stop);
  const preview = createPreviewStore({
    ...followed,
    mayAskServer,
    revision: () => session.store.meta.revision,
    wanted: () => uiSettings().bottomOpen && docks.bottomTab() === 'preview',
  });
  const places = createPlaces(session, preview);
  const runs = createRuns({
    session,
    preview,
    principal,
    detail: saving.detail,
    showBottom: docks.showBottom,
  });
  return { session, readOnly, preview, ...docks, ...saving, ...places, ...runs };
}

function descriptionOf(flow: FlowDocument): string | null {
  const text = flow.metadata?.['description'];
  return typeof text === 'string' && text !== '' ? text : null;
}

/** The small words under a refusal: what to do, and what to name when asking for help. */
export function noteOf(error: ApiError): string {
  return [error.fix ?? error.code, error.requestId]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}

/**
 * Scrolls a field of the property panel into view and puts the cursor there, once the panel has been drawn.
 */
export function openField(field: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const host = document.querySelector<HTMLElement>(`[data-field="${field}"]`);
      if (!host) return;
      host.scrollIntoView({ block: 'center' });
      const code = host
        .querySelector<HTMLElement>('.code-host')
        ?.shadowRoot?.querySelector<HTMLElement>('.cm-content');
      (code ?? host.querySelector<HTMLElement>('input, button, textarea'))?.focus();
    }),
  );
}
