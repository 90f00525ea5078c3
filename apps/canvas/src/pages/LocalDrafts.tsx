import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createSignal, For } from 'solid-js';
import { Button } from '../ui/Button';
import { ago } from '../ui/format';
import { t } from '../ui/i18n';
import type { Draft } from './drafts';
import { localDrafts, removeDraft } from './drafts';

/** Flows that were drawn here and never saved on a server: open them again, or let them go. */
export function LocalDrafts(): JSX.Element {
  const navigate = useNavigate();
  const [drafts, setDrafts] = createSignal(localDrafts());
  const open = (draft: Draft) => {
    navigate(`/flows/new?draft=${draft.flow.id}`);
  };
  const discard = (draft: Draft) => {
    removeDraft(draft.flow.id);
    setDrafts(localDrafts());
  };
  return (
    <For each={drafts()}>
      {(draft) => (
        <div class="bar" style={{ padding: '4px 24px' }}>
          <span class="save-dot" />
          <span class="strong">{draft.flow.name}</span>
          <span class="muted grow">
            {t('draft.local')} · {ago(draft.saved_at)}
          </span>
          <Button onClick={() => open(draft)}>{t('open')}</Button>
          <Button look="ghost" onClick={() => discard(draft)}>
            {t('discard')}
          </Button>
        </div>
      )}
    </For>
  );
}
