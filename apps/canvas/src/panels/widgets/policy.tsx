import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { Json, JsonObject } from '../../model/flow';
import { Switch } from '../../ui/Bits';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';
import {
  ACTIONS,
  CAUSES,
  CONSTRAINT_LISTS,
  constraintsForm,
  constraintsValue,
  isObject,
  listOf,
  numberValue,
  policySteps,
  policyValue,
  textOf,
} from './codecs';
import type { PolicyStep } from './codecs';
import { OrderedList } from './lists';
import { DurationInput, SettledInput } from './simple';
import type { WidgetProps } from './types';

const CAUSE_TEXT = {
  refusal: 'cause.refusal',
  parse_error: 'cause.parse_error',
  constraint_violation: 'cause.constraint_violation',
  hallucination: 'cause.hallucination',
  low_confidence: 'cause.low_confidence',
} as const;
const ACTION_TEXT = {
  retry: 'action.retry',
  escalate: 'action.escalate',
  flag_and_checkpoint: 'action.flag',
} as const;
const LIMIT_TEXT = {
  max_duration: 'limit.max_duration',
  max_retries: 'limit.max_retries',
  max_tokens: 'limit.max_tokens',
  max_cost: 'limit.max_cost',
} as const;
type Limit = keyof typeof LIMIT_TEXT;

/** What to do on bad answers, or the limits of a call: the two shapes of the widget `policy`. */
export function PolicyWidget(props: WidgetProps): JSX.Element {
  return (
    <Show when={props.field.type === 'limits'} fallback={<FailurePolicy {...props} />}>
      <Limits {...props} />
    </Show>
  );
}

function objectWith(value: Json | undefined, name: string, item: Json | undefined): JsonObject | undefined {
  const next: JsonObject = isObject(value) ? { ...value } : {};
  if (item === undefined) delete next[name];
  else next[name] = item;
  return Object.keys(next).length === 0 ? undefined : next;
}

function Limits(props: WidgetProps): JSX.Element {
  const part = (name: string) => (isObject(props.value) ? props.value[name] : undefined);
  const set = (name: string, item: Json | undefined) => props.onChange(objectWith(props.value, name, item));
  const members = () =>
    (props.field.members ?? ['max_duration', 'max_retries']).filter(
      (name): name is Limit => name in LIMIT_TEXT,
    );
  return (
    <div class="inline-fields">
      <For each={members()}>
        {(name) => (
          <>
            <span class="inline-label">{t(LIMIT_TEXT[name])}</span>
            <Show
              when={name === 'max_duration'}
              fallback={
                <SettledInput
                  class="number-input"
                  label={t(LIMIT_TEXT[name])}
                  value={textOf(part(name))}
                  readOnly={props.place.readOnly()}
                  inputMode="decimal"
                  onCommit={(text) => {
                    const value = numberValue(text, name === 'max_cost' ? 'any' : 'whole');
                    if (value !== null) set(name, value);
                  }}
                />
              }
            >
              <DurationInput
                value={part(name)}
                label={t(LIMIT_TEXT[name])}
                readOnly={props.place.readOnly()}
                invalid={false}
                onChange={(value) => set(name, value)}
              />
            </Show>
          </>
        )}
      </For>
    </div>
  );
}

function FailurePolicy(props: WidgetProps): JSX.Element {
  const part = (cause: string) => (isObject(props.value) ? props.value[cause] : undefined);
  const set = (cause: string, steps: PolicyStep[]) =>
    props.onChange(objectWith(props.value, cause, policyValue(steps)));
  return (
    <div class="rows">
      <For each={CAUSES}>
        {(cause) => (
          <div class="policy-cause">
            <div class="row">
              <span class="grow">{t(CAUSE_TEXT[cause])}</span>
              <Show when={!props.place.readOnly()}>
                <button
                  type="button"
                  class="icon-btn compact"
                  aria-label={t('addAction', { cause: t(CAUSE_TEXT[cause]) })}
                  onClick={() => set(cause, [...policySteps(part(cause)), { action: 'retry' }])}
                >
                  <Icon name="plus" />
                </button>
              </Show>
            </div>
            <For each={policySteps(part(cause)).map((_, index) => index)}>
              {(index) => {
                const step = () => policySteps(part(cause))[index] ?? { action: 'retry' };
                const change = (next: PolicyStep | undefined) => {
                  const steps = policySteps(part(cause));
                  set(
                    cause,
                    next
                      ? steps.map((old, at) => (at === index ? next : old))
                      : steps.filter((_, at) => at !== index),
                  );
                };
                return <StepRow step={step()} readOnly={props.place.readOnly()} onChange={change} />;
              }}
            </For>
            <Show when={cause === 'low_confidence' && part(cause) !== undefined}>
              <div class="row">
                <span class="small muted">{t('confidenceBelow')}</span>
                <SettledInput
                  class="number-input"
                  label={t('confidenceBelow')}
                  value={textOf(part('low_confidence_below'))}
                  readOnly={props.place.readOnly()}
                  inputMode="decimal"
                  onCommit={(text) => {
                    const value = numberValue(text, 'any');
                    if (value !== null)
                      props.onChange(objectWith(props.value, 'low_confidence_below', value));
                  }}
                />
              </div>
            </Show>
          </div>
        )}
      </For>
    </div>
  );
}

function StepRow(props: {
  step: PolicyStep;
  readOnly: boolean;
  onChange: (step: PolicyStep | undefined) => void;
}): JSX.Element {
  const without = (name: 'max' | 'with') => {
    const next = { ...props.step };
    delete next[name];
    return next;
  };
  return (
    <div class="policy-step">
      <Select
        label={t('action')}
        value={props.step.action}
        disabled={props.readOnly}
        onChange={(action) => props.onChange({ ...props.step, action })}
        options={ACTIONS.map((value) => ({ value, label: t(ACTION_TEXT[value]) }))}
      />
      <SettledInput
        class="number-input"
        label={t('timesMost')}
        placeholder={t('times')}
        value={textOf(props.step.max)}
        readOnly={props.readOnly}
        inputMode="numeric"
        onCommit={(text) => {
          const max = numberValue(text, 'whole');
          if (max !== null) props.onChange(max === undefined ? without('max') : { ...props.step, max });
        }}
      />
      <button
        type="button"
        class="icon-btn compact"
        disabled={props.readOnly}
        aria-label={t('remove')}
        onClick={() => props.onChange(undefined)}
      >
        <Icon name="close" size={14} />
      </button>
      <Show when={props.step.action === 'retry'}>
        <div class="policy-hint">
          <SettledInput
            label={t('hintForModel')}
            placeholder={t('hintForModel')}
            value={props.step.with ?? ''}
            readOnly={props.readOnly}
            onCommit={(text) => props.onChange(text === '' ? without('with') : { ...props.step, with: text })}
          />
        </div>
      </Show>
    </div>
  );
}

const LIST_TEXT = { never: 'rule.never', always: 'rule.always', prefer: 'rule.prefer' } as const;

/** Rules of an answer: never, always, prefer; a bare text stands above them. */
export function ConstraintsWidget(props: WidgetProps): JSX.Element {
  const form = () => constraintsForm(props.value);
  const set = (name: string, item: Json) => props.onChange(constraintsValue({ ...form(), [name]: item }));
  return (
    <div class="rows">
      <Show when={typeof form()['text'] === 'string'}>
        <SettledInput
          value={textOf(form()['text'])}
          label={props.field.label}
          readOnly={props.place.readOnly()}
          onCommit={(text) => set('text', text)}
        />
      </Show>
      <For each={CONSTRAINT_LISTS}>
        {(name) => (
          <div class="policy-cause">
            <span class="small muted">{t(LIST_TEXT[name])}</span>
            <OrderedList
              items={listOf(form()[name])}
              label={t(LIST_TEXT[name])}
              addLabel={t('addRule')}
              readOnly={props.place.readOnly()}
              onChange={(items) => set(name, items)}
            />
          </div>
        )}
      </For>
      <span class="row">
        <Switch
          label={t('rule.inherit')}
          checked={form()['inherit'] !== false}
          disabled={props.place.readOnly()}
          onChange={(on) =>
            props.onChange(constraintsValue(on ? omit(form(), 'inherit') : { ...form(), inherit: false }))
          }
        />
        <span class="small muted">{t('rule.inherit')}</span>
      </span>
    </div>
  );
}

function omit(value: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
