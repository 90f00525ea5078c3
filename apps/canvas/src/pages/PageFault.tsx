import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Button } from '../ui/Button';
import { t } from '../ui/i18n';

/** What stands where a part of the page failed; the document is untouched. */
export function PageFault(props: { error: unknown; reset: () => void }): JSX.Element {
  const message = () => (props.error instanceof Error ? props.error.message : String(props.error));
  return (
    <div class="message-page">
      <h1 class="title">{t('partFailed')}</h1>
      <Show when={message()}>{(text) => <p class="mono muted">{text()}</p>}</Show>
      <Button onClick={props.reset}>{t('tryAgain')}</Button>
    </div>
  );
}
