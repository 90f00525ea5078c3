import type { JSX } from 'solid-js';
import { For, Match, Show, Switch as Choose } from 'solid-js';
import type { DecisionSection, InputSection, ReviewSection } from '../../api/types';
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
                  <Sample
                    input={input()}
                    value={props.values[input().field]}
                    onChange={(value) => props.onChange(input().field, value)}
                  />
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

/** The control of an input, to be tried out. */
function Sample(props: {
  input: InputSection;
  value: unknown;
  onChange: (value: unknown) => void;
}): JSX.Element {
  const text = () => String(props.value ?? '');
  const label = () => props.input.label ?? props.input.field;
  const hint = () => String(props.input.default ?? '');
  return (
    <Choose
      fallback={
        <input
          class="input"
          type={props.input.kind === 'date' ? 'date' : 'text'}
          placeholder={hint()}
          value={text()}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      }
    >
      <Match when={props.input.kind === 'textarea'}>
        <textarea
          class="input"
          rows={4}
          placeholder={hint()}
          value={text()}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      </Match>
      <Match when={props.input.kind === 'bool'}>
        <span>
          <Switch label={label()} checked={props.value === true} onChange={props.onChange} />
        </span>
      </Match>
      <Match when={props.input.kind === 'select'}>
        <Select
          label={label()}
          value={text() || undefined}
          options={(props.input.options ?? []).map((value) => ({ value, label: value }))}
          onChange={props.onChange}
        />
      </Match>
    </Choose>
  );
}
