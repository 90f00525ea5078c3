import type { JSX } from 'solid-js';
import { createEffect, createSignal, on, onCleanup, Show } from 'solid-js';
import { Switch } from '../../ui/Bits';
import { Combobox } from '../../ui/Combobox';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';
import type { DurationParts } from './codecs';
import { durationParts, durationValue, listOf, numberValue, textOf, textValue, UNITS } from './codecs';
import { TemplateWidget } from './codeWidgets';
import type { WidgetProps } from './types';
import { emptyMeans, isInvalid } from './types';

const STILL_MS = 400;

interface SettledInputProps {
  value: string;
  onCommit: (text: string) => void;
  label: string;
  class?: string;
  placeholder?: string;
  readOnly?: boolean;
  invalid?: boolean;
  inputMode?: 'numeric' | 'decimal' | 'text';
  maxLength?: number | undefined;
  id?: string;
}

/**
 * A one-line input that hands on its text at blur, Enter and 400 ms of quiet; Escape takes back what was
 * typed.
 */
export function SettledInput(props: SettledInputProps): JSX.Element {
  const [typed, setTyped] = createSignal<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const commit = () => {
    clearTimeout(timer);
    const text = typed();
    if (text === undefined) return;
    setTyped(undefined);
    if (text !== props.value) props.onCommit(text);
  };
  createEffect(
    on(
      () => props.value,
      () => clearTimeout(timer),
      { defer: true },
    ),
  );
  onCleanup(commit);
  return (
    <input
      id={props.id}
      class={`input ${props.class ?? ''}`}
      aria-label={props.label}
      value={typed() ?? props.value}
      placeholder={props.placeholder}
      readonly={props.readOnly ?? false}
      aria-invalid={props.invalid ?? false}
      inputmode={props.inputMode ?? 'text'}
      maxlength={props.maxLength}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        clearTimeout(timer);
        timer = setTimeout(commit, STILL_MS);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        else if (event.key === 'Escape' && typed() !== undefined) {
          event.stopPropagation();
          clearTimeout(timer);
          setTyped(undefined);
        }
      }}
    />
  );
}

export function TextWidget(props: WidgetProps): JSX.Element {
  return (
    <Show when={props.field.type !== 'T'} fallback={<TemplateWidget {...props} />}>
      <SettledInput
        value={textOf(props.value)}
        label={props.field.label}
        placeholder={emptyMeans(props.field)}
        class={
          props.field.name === 'result_binding' ||
          props.field.name === 'path' ||
          props.field.name === 'version'
            ? 'mono'
            : ''
        }
        readOnly={props.place.readOnly()}
        invalid={isInvalid(props)}
        maxLength={props.field.maxLength}
        onCommit={(text) => props.onChange(textValue(text))}
      />
    </Show>
  );
}

export function NumberWidget(props: WidgetProps): JSX.Element {
  const [wrong, setWrong] = createSignal(false);
  const whole = () => (props.field.type === 'int' ? 'whole' : 'any');
  const commit = (text: string) => {
    const value = numberValue(text, whole());
    setWrong(value === null);
    if (value !== null) props.onChange(value);
  };
  const range = () => (props.field.min === undefined ? '' : `${props.field.min}–${props.field.max ?? ''}`);
  return (
    <div class="row">
      <SettledInput
        class="number-input"
        value={textOf(props.value)}
        label={props.field.label}
        placeholder={emptyMeans(props.field)}
        inputMode={whole() === 'whole' ? 'numeric' : 'decimal'}
        readOnly={props.place.readOnly()}
        invalid={wrong() || isInvalid(props)}
        onCommit={commit}
      />
      <span class="small muted cut">
        {wrong() ? t(whole() === 'whole' ? 'problem.whole' : 'problem.number') : range()}
      </span>
    </div>
  );
}

const UNIT_TEXT = { ms: 'unit.ms', s: 'unit.s', m: 'unit.m', h: 'unit.h', d: 'unit.d', w: 'unit.w' } as const;

/** Amount and unit; a text that is no duration is shown as it is, so that it can be mended. */
export function DurationInput(props: {
  value: WidgetProps['value'];
  label: string;
  readOnly: boolean;
  invalid: boolean;
  placeholder?: string;
  onChange: (value: string | undefined) => void;
}): JSX.Element {
  const parts = () => durationParts(props.value);
  const [unit, setUnit] = createSignal<DurationParts['unit']>(parts()?.unit ?? 's');
  createEffect(
    on(
      () => props.value,
      (value) => {
        if (value !== undefined) setUnit(parts()?.unit ?? 's');
      },
    ),
  );
  return (
    <div class="row duration">
      <SettledInput
        class="number-input"
        value={parts()?.amount ?? textOf(props.value)}
        label={props.label}
        inputMode="numeric"
        placeholder={props.placeholder ?? ''}
        readOnly={props.readOnly}
        invalid={props.invalid || parts() === undefined}
        onCommit={(amount) =>
          props.onChange(
            /^\d*$/.test(amount.trim()) ? durationValue({ amount, unit: unit() }) : amount.trim(),
          )
        }
      />
      <div style={{ width: '108px' }}>
        <Select
          value={unit()}
          label={t('unit.of', { field: props.label })}
          disabled={props.readOnly}
          options={UNITS.map((value) => ({ value, label: t(UNIT_TEXT[value]) }))}
          onChange={(value) => {
            setUnit(value as DurationParts['unit']);
            const amount = parts()?.amount ?? '';
            if (amount !== '')
              props.onChange(durationValue({ amount, unit: value as DurationParts['unit'] }));
          }}
        />
      </div>
    </div>
  );
}

export function DurationWidget(props: WidgetProps): JSX.Element {
  return (
    <DurationInput
      value={props.value}
      label={props.field.label}
      readOnly={props.place.readOnly()}
      invalid={isInvalid(props)}
      placeholder={emptyMeans(props.field).replace(/\D+$/, '')}
      onChange={props.onChange}
    />
  );
}

export function ToggleWidget(props: WidgetProps): JSX.Element {
  const on = () =>
    props.value === undefined || props.value === null ? props.field.default === true : props.value === true;
  return (
    <span class="row" style={{ height: '28px' }}>
      <Switch
        label={props.field.label}
        checked={on()}
        disabled={props.place.readOnly()}
        onChange={props.onChange}
      />
    </span>
  );
}

/** The values a select offers; `on_timeout` also offers the node's own options (02 §7). */
function selectValues(props: WidgetProps): string[] {
  const values = [...(props.field.values ?? [])];
  if (props.field.name !== 'on_timeout') return values;
  const config = props.place.node().config;
  const sections = Array.isArray(config['sections']) ? config['sections'] : [];
  const decision = sections.find(
    (s) => s !== null && typeof s === 'object' && !Array.isArray(s) && s['type'] === 'decision',
  );
  const own =
    decision && typeof decision === 'object' && !Array.isArray(decision)
      ? decision['options']
      : config['options'];
  const ids = (Array.isArray(own) ? own : []).map((o) =>
    o !== null && typeof o === 'object' && !Array.isArray(o) ? textOf(o['id']) : textOf(o),
  );
  return [...new Set([...values, ...ids, ...(own === undefined ? listOf(['approve', 'reject']) : [])])];
}

export function SelectWidget(props: WidgetProps): JSX.Element {
  const options = () => selectValues(props).map((value) => ({ value, label: value }));
  const shown = () =>
    textValue(textOf(props.value)) ?? textValue(textOf(props.field.default as WidgetProps['value']));
  return (
    <Show
      when={props.field.free}
      fallback={
        <Select
          value={shown()}
          options={options()}
          label={props.field.label}
          disabled={props.place.readOnly()}
          invalid={isInvalid(props)}
          placeholder={emptyMeans(props.field) || t('notSet')}
          onChange={props.onChange}
        />
      }
    >
      <Combobox
        value={shown() ?? ''}
        options={options()}
        label={props.field.label}
        disabled={props.place.readOnly()}
        invalid={isInvalid(props)}
        onChange={(value) => props.onChange(textValue(value))}
      />
    </Show>
  );
}
