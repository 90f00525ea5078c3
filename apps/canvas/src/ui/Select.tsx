import { Select as Base } from '@kobalte/core/select';
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Icon } from './Icon';
import { useLayer } from './layer';

export interface Option {
  value: string;
  label: string;
  /** Muted words after the label. */
  note?: string;
}

interface SelectProps {
  value: string | undefined;
  options: Option[];
  onChange: (value: string) => void;
  /** Name for screen readers. */
  label: string;
  placeholder?: string;
  disabled?: boolean;
  invalid?: boolean;
  class?: string;
}

/** One of a few. The value outside the options is shown as it is, so that nothing is hidden. */
export function Select(props: SelectProps): JSX.Element {
  const layer = useLayer();
  /** The name and what is chosen, as the eye reads them together. */
  const spoken = () =>
    [props.label, chosen()?.label ?? props.placeholder, chosen()?.note].filter(Boolean).join(' ');
  const chosen = (): Option | null => {
    if (props.value === undefined) return null;
    return props.options.find((o) => o.value === props.value) ?? { value: props.value, label: props.value };
  };
  return (
    <Base<Option>
      options={props.options}
      optionValue="value"
      optionTextValue="label"
      value={chosen()}
      onChange={(option) => option && props.onChange(option.value)}
      disabled={props.disabled ?? false}
      gutter={4}
      sameWidth
      disallowEmptySelection
      itemComponent={(item) => (
        <Base.Item item={item.item} class="menu-item">
          <Base.ItemLabel class="grow cut">{item.item.rawValue.label}</Base.ItemLabel>
          <Show when={item.item.rawValue.note}>
            <span class="small muted cut">{item.item.rawValue.note}</span>
          </Show>
          <span class="check">
            <Icon name="check" />
          </span>
        </Base.Item>
      )}
    >
      <Base.Trigger
        class={`select-trigger ${props.class ?? ''}`}
        aria-label={spoken()}
        aria-invalid={props.invalid ?? false}
      >
        <Show when={chosen()} fallback={<span class="muted cut">{props.placeholder ?? ''}</span>}>
          {(option) => (
            <>
              <span class="cut">{option().label}</span>
              <Show when={option().note}>{(note) => <span class="muted cut">{note()}</span>}</Show>
            </>
          )}
        </Show>
        <Icon name="chevron-down" />
      </Base.Trigger>
      <Base.Portal mount={layer()}>
        <Base.Content class="popover">
          <Base.Listbox />
        </Base.Content>
      </Base.Portal>
    </Base>
  );
}
