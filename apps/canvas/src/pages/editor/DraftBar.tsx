import type { JSX } from 'solid-js';
import { createSignal, Show } from 'solid-js';
import { download } from '../../ui/Bits';
import { Button } from '../../ui/Button';
import { ago } from '../../ui/format';
import { t } from '../../ui/i18n';
import type { Draft } from '../drafts';
import { isWorthOffering, readDraft, removeDraft } from '../drafts';
import type { EditorPageState, Loaded } from './editorState';

/** Offers what this browser kept of a saved flow (12 §4.3), and says why a flow cannot be edited. */
export function DraftBar(props: { state: EditorPageState; loaded: Loaded }): JSX.Element {
  const { session } = props.state;
  const [draft, setDraft] = createSignal<Draft | undefined>(offered(props.loaded));
  const apply = (found: Draft) => {
    session.replaceAll({ ...found.flow, version: session.store.meta.version });
    props.state.drafts.changed();
    setDraft(undefined);
  };
  const discard = (found: Draft) => {
    removeDraft(found.flow.id);
    setDraft(undefined);
  };
  return (
    <>
      <Show when={draft()}>
        {(found) => (
          <div class="bar warning" role="status">
            <span class="grow">
              {t('draft.found')} <span class="muted">{ago(found().saved_at)}</span>
            </span>
            <Button
              onClick={() =>
                props.state.setComparison({ before: 'now', after: 'draft', draft: found().flow })
              }
            >
              {t('compare')}
            </Button>
            <Button onClick={() => apply(found())}>{t('apply')}</Button>
            <Button
              look="ghost"
              onClick={() =>
                download(
                  `${found().flow.name}.draft.flow.json`,
                  JSON.stringify(found().flow, null, 2),
                  'application/json',
                )
              }
            >
              {t('downloadJson')}
            </Button>
            <Button look="ghost" onClick={() => discard(found())}>
              {t('discard')}
            </Button>
          </div>
        )}
      </Show>
      <Show when={props.state.readOnly()}>
        <div class="bar muted">{t('viewOnly.reason')}</div>
      </Show>
    </>
  );
}

function offered(loaded: Loaded): Draft | undefined {
  if (loaded.flowId === null || !loaded.detail) return undefined;
  const draft = readDraft(loaded.flowId);
  return isWorthOffering(draft, loaded.flow, loaded.detail.updated_at) ? draft : undefined;
}
