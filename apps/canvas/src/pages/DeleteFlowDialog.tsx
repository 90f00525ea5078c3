import type { JSX } from 'solid-js';
import { createEffect, createSignal, Show } from 'solid-js';
import { deleteFlow } from '../api/flows';
import { asApiError } from '../api/http';
import type { FlowSummary } from '../api/types';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { t } from '../ui/i18n';
import { toast } from '../ui/Toast';
import { removeDraft } from './drafts';

/** Asks for the name of the flow before it goes. What is deployed goes on running. */
export function DeleteFlowDialog(props: {
  flow: FlowSummary | undefined;
  onClose: () => void;
  onDeleted: () => void;
}): JSX.Element {
  const [typed, setTyped] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  createEffect(() => {
    if (props.flow) setTyped('');
  });
  const remove = async (flow: FlowSummary) => {
    setBusy(true);
    try {
      await deleteFlow(flow.id);
      removeDraft(flow.id);
      toast({ text: t('flow.deleted', { name: flow.name }) });
      props.onDeleted();
      props.onClose();
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={props.flow !== undefined}
      onClose={props.onClose}
      title={t('flow.delete', { name: props.flow?.name ?? '' })}
      foot={
        <>
          <div class="grow" />
          <Button size="medium" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Show when={props.flow}>
            {(flow) => (
              <Button
                size="medium"
                look="danger"
                disabled={busy() || typed() !== flow().name}
                onClick={() => void remove(flow())}
              >
                {t('delete')}
              </Button>
            )}
          </Show>
        </>
      }
    >
      <p class="muted">{t('flow.delete.text')}</p>
      <label class="field">
        <span class="field-label">{t('flow.delete.type', { name: props.flow?.name ?? '' })}</span>
        <input
          class="input"
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          autocomplete="off"
        />
      </label>
    </Dialog>
  );
}
