import type { JSX } from 'solid-js';
import { For, Match, Show, Switch as Choose } from 'solid-js';
import type { DecisionSection, ReviewSection } from '../../api/types';
import { Switch } from '../../ui/Bits';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';

interface PreviewProps {
  sections: readonly ReviewSection[];
  values: Readonly<Record<string, unknown>>;
  onChange: (field: string, value: unknown) => void;
  onReset: () => void;
}

/** The form as the reviewer will see it; templates are shown as they are written. */
export function FormPreview(props: PreviewProps): JSX.Element {
  const decision = () =>
    props.sections.find((section): section is DecisionSection => section.type === 'decision');
  return (
    <div class="form-preview">
      <For each={props.sections}>
        {(section) => (
          <Choose>
            <Match when={section.type === 'context' && section}>
              {(context) => (
                <div>
                  <div class="field-label">{context().title}</div>
                  <div style={{ 'white-space': 'pre-wrap' }}>{String(context().content ?? '')}</div>
                </div>
              )}
            </Match>
            <Match when={section.type === 'input' && section}>
              {(input) => (
                <label class="field">
                  <span class="field-label">
                    {input().label ?? input().field}
                    <Show when={input().required}>
                      <span>{t('required')}</span>
                    </Show>
                  </span>
                  <Choose
                    fallback={
                      <input
                        class="input"
                        type={input().kind === 'date' ? 'date' : 'text'}
                        placeholder={String(input().default ?? '')}
                        value={String(props.values[input().field] ?? '')}
                        onInput={(event) => props.onChange(input().field, event.currentTarget.value)}
                      />
                    }
                  >
                    <Match when={input().kind === 'textarea'}>
                      <textarea
                        class="input"
                        rows={4}
                        placeholder={String(input().default ?? '')}
                        value={String(props.values[input().field] ?? '')}
                        onInput={(event) => props.onChange(input().field, event.currentTarget.value)}
                      />
                    </Match>
                    <Match when={input().kind === 'bool'}>
                      <span>
                        <Switch
                          label={input().label ?? input().field}
                          checked={props.values[input().field] === true}
                          onChange={(on) => props.onChange(input().field, on)}
                        />
                      </span>
                    </Match>
                    <Match when={input().kind === 'select'}>
                      <Select
                        label={input().label ?? input().field}
                        value={String(props.values[input().field] ?? '') || undefined}
                        options={(input().options ?? []).map((value) => ({ value, label: value }))}
                        onChange={(value) => props.onChange(input().field, value)}
                      />
                    </Match>
                  </Choose>
                </label>
              )}
            </Match>
          </Choose>
        )}
      </For>
      <div class="row wrap">
        <For each={decision()?.options}>
          {(option, index) => (
            <button type="button" class="btn medium" onClick={props.onReset}>
              {typeof option === 'string' ? option : option.label}
              <kbd class="kbd">{index() + 1}</kbd>
            </button>
          )}
        </For>
      </div>
    </div>
  );
}
