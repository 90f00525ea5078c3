import type { JSX } from 'solid-js';
import { createMemo, For, Show } from 'solid-js';
import { t } from '../../ui/i18n';
import { textOf, textValue } from './codecs';
import { cronSentence, nextTimes, parseCron } from './cronModel';
import { SettledInput } from './simple';
import type { WidgetProps } from './types';
import { emptyMeans, isInvalid } from './types';

const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** When a schedule runs: the five fields, the sentence they make and the next five times in its zone. */
export function CronWidget(props: WidgetProps): JSX.Element {
  const text = () => textOf(props.value) || emptyMeans(props.field);
  const zone = () => textOf(props.place.node().config['timezone']) || 'UTC';
  const cron = createMemo(() => parseCron(text()));
  const times = createMemo(() => {
    const known = cron();
    return known ? nextTimes(known, zone(), 5) : [];
  });
  return (
    <div class="field">
      <SettledInput
        class="mono"
        value={textOf(props.value)}
        label={props.field.label}
        placeholder={emptyMeans(props.field)}
        readOnly={props.place.readOnly()}
        invalid={cron() === undefined || isInvalid(props)}
        onCommit={(value) => props.onChange(textValue(value.trim()))}
      />
      <Show when={cron()} fallback={<span class="field-error">{t('cron.wrong')}</span>}>
        {(known) => (
          <div class="small">
            <div>{cronSentence(known())}</div>
            <div class="muted">
              <For each={times()} fallback={t('cron.never')}>
                {(at) => <div>{format.format(at)}</div>}
              </For>
              <div>{zone()}</div>
            </div>
          </div>
        )}
      </Show>
    </div>
  );
}
