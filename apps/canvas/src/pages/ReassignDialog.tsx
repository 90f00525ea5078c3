import type { JSX } from 'solid-js';
import { createSignal } from 'solid-js';
import { reassignCheckpoint } from '../api/cores';
import { asApiError } from '../api/http';
import type { Checkpoint } from '../api/types';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { t } from '../ui/i18n';
import { toast } from '../ui/Toast';

/** Gives a request to somebody else: `user:`, `group:` or `role:`. */
export function ReassignDialog(props: {
  item: Checkpoint;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}): JSX.Element {
  const [assignee, setAssignee] = createSignal('');
  const [problem, setProblem] = createSignal('');
  const send = async () => {
    try {
      await reassignCheckpoint(props.item.id, assignee().trim());
      toast({ text: t('inbox.reassigned', { assignee: assignee().trim() }) });
      props.onClose();
      props.onDone();
    } catch (error) {
      setProblem(asApiError(error).message);
    }
  };
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={t('reassign')}
      foot={
        <>
          <div class="grow" />
          <Button size="medium" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Button
            size="medium"
            look="primary"
            disabled={assignee().trim() === ''}
            onClick={() => void send()}
          >
            {t('reassign')}
          </Button>
        </>
      }
    >
      <label class="field">
        <span class="field-label">{t('assignee.hint')}</span>
        <input
          class="input"
          value={assignee()}
          placeholder={props.item.assignee_raw ?? ''}
          aria-invalid={problem() !== ''}
          onInput={(event) => {
            setAssignee(event.currentTarget.value);
            setProblem('');
          }}
        />
        <span class="field-error">{problem()}</span>
      </label>
    </Dialog>
  );
}
