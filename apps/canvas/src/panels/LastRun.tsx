import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import type { RunState } from '../debugger/runState';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';

/** Input and output of a node in the run that was looked at last. */
export function LastRun(props: { run: RunState | undefined; id: string }): JSX.Element {
  const row = () => props.run?.rows.findLast((item) => item.nodeId === props.id);
  return (
    <Show when={row()} fallback={<span class="small muted">{t('notReached')}</span>}>
      {(item) => (
        <div class="stack" style={{ gap: '8px' }}>
          <div>
            <div class="field-label">{t('input')}</div>
            <JsonTree value={item().input} open={1} />
          </div>
          <Show
            when={item().error}
            fallback={
              <div>
                <div class="field-label">{t('output')}</div>
                <JsonTree value={item().output} open={1} />
              </div>
            }
          >
            {(error) => (
              <div class="field-error">
                {error().message} <span class="diag-code">{error().type}</span>
              </div>
            )}
          </Show>
        </div>
      )}
    </Show>
  );
}
