import { useNavigate, useParams, useSearchParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createResource, createSignal, onCleanup, Show } from 'solid-js';
import { getFlow } from '../api/flows';
import { asApiError } from '../api/http';
import { createSession } from '../editor/session';
import { measureText } from '../render/measure';
import { Button } from '../ui/Button';
import { t } from '../ui/i18n';
import { useApp } from './app';
import { latestDraft } from './drafts';
import './editor.css';
import '../panels/panels.css';
import type { Loaded } from './editor/editorState';
import { EditorView } from './editor/EditorView';
import { emptyFlow } from './newFlow';

/** Ids that the canvas makes; a saved flow has one that the server made. */
const LOCAL_ID = /^flow_[0-9a-z]{12}$/;

function loadNew(fresh: boolean): Loaded {
  const draft = fresh ? undefined : latestDraft();
  const flow = draft && LOCAL_ID.test(draft.flow.id) ? draft.flow : emptyFlow();
  return { flow, flowId: null, etag: undefined, detail: undefined };
}

async function loadSaved(id: string): Promise<Loaded> {
  const answer = await getFlow(id);
  return { flow: answer.data.content, flowId: id, etag: answer.etag, detail: answer.data };
}

/** `/flows/new` and `/flows/:id`: gets the document, then opens it. */
export default function EditorPage(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const [query] = useSearchParams<{ fresh?: string }>();
  const navigate = useNavigate();
  const [turn, setTurn] = createSignal(0);
  const [loaded] = createResource(
    () => ({ id: params.id, turn: turn() }),
    async ({ id }) => (id ? loadSaved(id) : loadNew(query.fresh !== undefined)),
  );
  const ready = () => (loaded.state === 'ready' ? loaded() : undefined);
  return (
    <Show
      when={ready()}
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
            <h1 class="title">
              {asApiError(loaded.error).status === 404 ? t('flow.notFound') : t('flow.notLoaded')}
            </h1>
            <p class="muted">{asApiError(loaded.error).message}</p>
            <div class="row">
              <Button onClick={() => setTurn(turn() + 1)}>{t('tryAgain')}</Button>
              <Button onClick={() => navigate('/flows')}>{t('toFlows')}</Button>
            </div>
          </div>
        </Show>
      }
    >
      {(found) => <OpenFlow loaded={found} onReload={() => setTurn(turn() + 1)} />}
    </Show>
  );
}

function OpenFlow(props: { loaded: Loaded; onReload: () => void }): JSX.Element {
  const app = useApp();
  const { flow, flowId, detail } = props.loaded;
  const access = detail?.access ?? (app.config()?.auth_mode === 'dev_token' ? 'edit' : 'admin');
  const session = createSession(
    flow,
    { flowId, access, ...(detail ? { savedVersion: detail.version } : {}) },
    {
      measure: measureText,
      clipboard: {
        read: () => navigator.clipboard.readText(),
        write: (text) => navigator.clipboard.writeText(text),
      },
    },
  );
  onCleanup(() => session.dispose());
  return <EditorView session={session} loaded={props.loaded} onReload={props.onReload} />;
}
