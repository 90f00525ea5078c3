import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import { cancelExecution } from '../../api/cores';
import { createFlow, saveFlow } from '../../api/flows';
import type { ApiError, Answer } from '../../api/http';
import { asApiError } from '../../api/http';
import type { Diagnostic, FlowDetail } from '../../api/types';
import { createOverlay } from '../../debugger/overlay';
import { createRunStore } from '../../debugger/runStore';
import { start, startDraft } from '../../debugger/startRun';
import type { CanvasSession } from '../../editor/session';
import type { FlowDocument, JsonObject } from '../../model/flow';
import { bySeverity, fieldOf } from '../../preview/diagnostics';
import { createPreviewStore } from '../../preview/previewStore';
import { announce } from '../../ui/announcer';
import { t } from '../../ui/i18n';
import { setUiSettings, uiSettings } from '../../ui/theme';
import { toast } from '../../ui/Toast';
import { createDraftWriter, removeDraft } from '../drafts';

export type BottomTab = 'problems' | 'preview' | 'run' | 'tests';
export type LeftTab = 'palette' | 'outline' | 'search';
export type Overlay = 'deploy' | 'versions' | 'commands' | undefined;

export interface Loaded {
  flow: FlowDocument;
  flowId: string | null;
  etag: string | undefined;
  detail: FlowDetail | undefined;
}

export type EditorPageState = ReturnType<typeof createEditorPageState>;

/** Everything the editor page does around the session: save, drafts, preview, runs, docks. */
export function createEditorPageState(session: CanvasSession, loaded: Loaded, principal: () => string) {
  const { store } = session;
  const [etag, setEtag] = createSignal(loaded.etag);
  const [detail, setDetail] = createSignal(loaded.detail);
  const [conflict, setConflict] = createSignal<ApiError>();
  const [saving, setSaving] = createSignal(false);
  const [leftTab, setLeftTab] = createSignal<LeftTab>('palette');
  const [bottomTab, setBottomTab] = createSignal<BottomTab>('preview');
  const [overlay, setOverlay] = createSignal<Overlay>();
  const [starting, setStarting] = createSignal(false);
  const readOnly = () => store.meta.access === 'view';

  const preview = createPreviewStore({
    revision: () => store.meta.revision,
    document: () => session.toJSON(),
    wanted: () => uiSettings().bottomOpen && bottomTab() === 'preview',
  });
  const runs = createRunStore();
  const runOverlay = createOverlay(store, runs.run);
  const drafts = createDraftWriter(() => session.toJSON());
  createEffect(
    on(
      () => store.meta.revision,
      () => drafts.changed(),
      { defer: true },
    ),
  );
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
  /** Creates or saves; true when the server has the document. `force` saves over what somebody else saved. */
  const save = async (force: 'checked' | 'force' = 'checked'): Promise<boolean> => {
    if (readOnly() || saving()) return false;
    setSaving(true);
    const content = session.toJSON();
    const body = { name: store.meta.name, description: descriptionOf(content), content };
    const id = store.meta.flowId;
    try {
      const answer =
        id === null ? await createFlow(body) : await saveFlow(id, body, force === 'force' ? '*' : etag());
      accept(answer, content.id);
      if (id === null) history.replaceState(history.state, '', `/flows/${answer.data.id}`);
      setConflict(undefined);
      return true;
    } catch (error) {
      const refused = asApiError(error);
      if (refused.status === 412) setConflict(refused);
      else
        toast({ text: t('save.failed', { reason: refused.message }), note: noteOf(refused), look: 'error' });
      return false;
    } finally {
      setSaving(false);
    }
  };

  const selectNode = (id: string) => {
    session.select([id]);
    if (!uiSettings().rightOpen) setUiSettings({ rightOpen: true });
  };
  /** Selects a thing and brings it into view. */
  const go = (id: string, field?: string) => {
    selectNode(id);
    if (store.nodes[id]) session.commands.run('view.center');
    if (field) openField(field);
  };
  const goToProblem = (item: Diagnostic) => {
    const id = item.node_id ?? item.edge_id;
    if (id) go(id, fieldOf(item));
    else session.select([]);
  };
  const [problemAt, setProblemAt] = createSignal(-1);
  const stepProblem = (step: 1 | -1) => {
    const list = bySeverity(preview.diagnostics().all);
    if (list.length === 0) {
      announce(t('problems.none'));
      return;
    }
    const next = (problemAt() + step + list.length) % list.length;
    setProblemAt(next);
    const item = list[next];
    if (!item) return;
    announce(item.message);
    goToProblem(item);
  };

  const openBottom = (tab: BottomTab) => {
    if (uiSettings().bottomOpen && bottomTab() === tab) setUiSettings({ bottomOpen: false });
    else {
      setBottomTab(tab);
      setUiSettings({ bottomOpen: true });
    }
  };
  const showBottom = (tab: BottomTab) => {
    setBottomTab(tab);
    setUiSettings({ bottomOpen: true });
  };
  const openLeft = (tab: LeftTab) => {
    if (uiSettings().leftOpen && leftTab() === tab) setUiSettings({ leftOpen: false });
    else {
      setLeftTab(tab);
      setUiSettings({ leftOpen: true });
    }
  };

  const deployedCore = () => detail()?.last_deployment?.core_id ?? undefined;
  const blocked = createMemo(() =>
    preview.diagnostics().errors > 0 ? t('run.blocked', { n: preview.diagnostics().errors }) : undefined,
  );
  const run = async (input: JsonObject, target: 'draft' | 'deployed') => {
    setStarting(true);
    const breakpoints = Object.keys(session.editor.sessionBreakpoints);
    try {
      const core = deployedCore();
      const result =
        target === 'deployed' && core
          ? await start(core, input, breakpoints)
          : await startDraft(session.toJSON(), principal(), input, breakpoints);
      if (result.kind === 'refused') {
        toast({ text: t('run.refused'), note: result.diagnostics[0]?.message, look: 'error' });
        showBottom('problems');
      } else {
        runs.open(result.executionId);
        showBottom('run');
      }
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

  return {
    session,
    readOnly,
    etag,
    detail,
    setDetail,
    saving,
    save,
    conflict,
    setConflict,
    preview,
    runs,
    runOverlay,
    drafts,
    leftTab,
    setLeftTab,
    bottomTab,
    setBottomTab,
    overlay,
    setOverlay,
    starting,
    go,
    goToProblem,
    stepProblem,
    openBottom,
    showBottom,
    openLeft,
    deployedCore,
    blocked,
    run,
    cancelRun,
  };
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

/** Scrolls a field of the property panel into view and puts the cursor there, once the panel has been drawn. */
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
