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
import { latestDraft, LOCAL_ID, readDraft } from './drafts';
import './editor.css';
import '../panels/panels.css';
import type { Loaded } from './editor/editorState';
import { EditorView } from './editor/EditorView';
import { emptyFlow } from './newFlow';

/** `fresh` = an empty flow, `draft` = this one of the drafts, neither = the draft worked on last. */
type NewQuery = Partial<Record<'fresh' | 'draft', string | undefined>>;

/** The draft worked on last, or an empty flow; a reload of an empty one finds what was drawn since. */
function loadNew(query: NewQuery): Loaded {
  if (query.fresh || query.draft) history.replaceState(history.state, '', '/flows/new');
  const draft = query.draft ? readDraft(query.draft) : query.fresh ? undefined : latestDraft();
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
  const [query] = useSearchParams<NewQuery>();
  const navigate = useNavigate();
  const [turn, setTurn] = createSignal(0);
  /** A flow that was created here: the address knows it, the router does not. */
  const [created, setCreated] = createSignal<string>();
  const [loaded] = createResource(
    () => ({ id: params.id ?? created(), turn: turn(), fresh: query.fresh, draft: query.draft }),
    async (wanted) => (wanted.id ? loadSaved(wanted.id) : loadNew(wanted)),
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
      {(found) => (
        <OpenFlow
          loaded={found}
          onReload={(id) => {
            setCreated(id);
            setTurn(turn() + 1);
          }}
        />
      )}
    </Show>
  );
}

function OpenFlow(props: { loaded: Loaded; onReload: (id: string) => void }): JSX.Element {
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
