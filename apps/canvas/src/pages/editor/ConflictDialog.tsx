import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ago } from '../../ui/format';
import { t } from '../../ui/i18n';
import { personName, useApp } from '../app';
import { asNewFlow, handOver } from '../newFlow';
import type { EditorPageState } from './editorState';

/** Somebody saved a newer version meanwhile: take theirs, keep ours as a copy, or save ours over it. */
export function ConflictDialog(props: {
  state: EditorPageState;
  onReload: (id: string) => void;
}): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const { session } = props.state;
  const detail = () => props.state.conflict()?.detail ?? {};
  const close = () => props.state.setConflict(undefined);
  const copy = () => {
    navigate(handOver(asNewFlow(session.toJSON(), t('copyOf', { name: session.store.meta.name }))));
  };
  const theirs = () => {
    props.state.drafts.flush();
    close();
    props.onReload(session.store.meta.flowId ?? '');
  };
  return (
    <Dialog
      open={props.state.conflict() !== undefined}
      onClose={close}
      title={t('conflict.title')}
      foot={
        <>
          <Button size="medium" onClick={close}>
            {t('cancel')}
          </Button>
          <div class="grow" />
          <Button size="medium" onClick={copy}>
            {t('saveCopy')}
          </Button>
          <Button size="medium" look="danger" onClick={() => void props.state.save('force')}>
            {t('conflict.overwrite')}
          </Button>
          <Button size="medium" look="primary" onClick={theirs}>
            {t('conflict.theirs')}
          </Button>
        </>
      }
    >
      <p>
        {t('conflict.text', {
          version: String(detail()['current_version'] ?? ''),
          by: personName(app, String(detail()['updated_by'] ?? '')),
          when: ago(String(detail()['updated_at'] ?? '')),
        })}
      </p>
      <p class="muted">{t('conflict.kept')}</p>
    </Dialog>
  );
}
