import type { FieldSpec, WidgetId } from 'generated/kinds';
import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { Diagnostic } from '../api/types';
import { Collapsible } from '../ui/Bits';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import type { Json } from '../model/flow';
import { kindOf } from '../model/kinds';
import { fieldOf as fieldOfProblem } from '../preview/diagnostics';
import { isInline, isRequired } from './layout';
import { WIDGETS } from './widgets/registry';
import { TryDialog } from './code/TryDialog';
import { summaryOf, textOf, textValue } from './widgets/codecs';
import type { FieldPlace, WidgetProps } from './widgets/types';
import { scopeOf } from './widgets/types';

export interface PanelPlace {
  session: FieldPlace['session'];
  node: FieldPlace['node'];
  readOnly: () => boolean;
  expressions?: FieldPlace['expressions'];
  /** Problems of the node, by the field they are about. */
  problems: () => readonly Diagnostic[];
}

interface FieldViewProps {
  field: FieldSpec;
  place: PanelPlace;
  /** `stacked` = label above, `bare` = the section's head names it. */
  look: 'inline' | 'stacked' | 'bare';
}

/** One field of a node: label, its widget, and what is wrong with it. */
export function FieldView(props: FieldViewProps): JSX.Element {
  const problems = () => props.place.problems().filter((item) => fieldOfProblem(item) === props.field.name);
  const place: FieldPlace = {
    session: props.place.session,
    node: props.place.node,
    readOnly: props.place.readOnly,
    expressions: props.place.expressions,
    problems,
  };
  const kind = () => kindOf(props.place.node().type);
  const required = () => {
    const known = kind();
    return known ? isRequired(props.field, props.place.node().config, known) : props.field.required;
  };
  const value = () => props.place.node().config[props.field.name];
  const keep = (next: Json | undefined) =>
    props.place.session.writes.setNodeConfig(props.place.node().id, props.field.name, next);
  const trial = () => <TryButton field={props.field} value={value()} onChange={keep} place={place} />;
  const isTriedInside = () => props.look !== 'stacked' && canTry({ field: props.field, place });
  const control = () => (
    <div class="field-control" classList={{ tried: isTriedInside() }} data-field={props.field.name}>
      <Dynamic
        component={WIDGETS[props.field.widget]}
        field={props.field}
        place={place}
        value={value()}
        onChange={keep}
      />
      <Show when={props.look !== 'stacked'}>{trial()}</Show>
      <Problems list={problems()} />
    </div>
  );
  return (
    <Show
      when={props.look === 'inline'}
      fallback={
        <div class="field">
          <Show when={props.look === 'stacked'}>
            <div class="field-label" title={props.field.help}>
              <span class="name">{props.field.label}</span>
              <Show when={required()}>
                <span>{t('required')}</span>
              </Show>
              <span class="grow" />
              {trial()}
            </div>
          </Show>
          {control()}
        </div>
      }
    >
      <span class="inline-label" title={props.field.help}>
        {props.field.label}
        <Show when={required()}>
          <span class="small muted"> {t('required')}</span>
        </Show>
      </span>
      {control()}
    </Show>
  );
}

const TRIED: ReadonlySet<WidgetId> = new Set<WidgetId>(['expr', 'template', 'area', 'prompt']);

const canTry = ({ field, place }: Pick<WidgetProps, 'field' | 'place'>): boolean =>
  TRIED.has(field.widget) && place.expressions?.() !== undefined;

/** Opens the trial of a field that holds an expression or a template. */
function TryButton(props: WidgetProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const expressions = () => (canTry(props) ? props.place.expressions?.() : undefined);
  const text = () => textOf(props.value);
  return (
    <Show when={expressions()}>
      {(known) => (
        <>
          <button
            type="button"
            class="quiet try-open"
            disabled={text() === ''}
            aria-label={`${t('try')}: ${props.field.label}`}
            title={t('try')}
            onClick={() => setOpen(true)}
          >
            <Icon name="test" size={14} />
          </button>
          <Show when={open()}>
            <TryDialog
              label={props.field.label}
              text={text()}
              isTemplate={props.field.widget !== 'expr'}
              scope={scopeOf(props)}
              expressions={known()}
              onClose={() => setOpen(false)}
              onKeep={props.place.readOnly() ? undefined : (next) => props.onChange(textValue(next))}
            />
          </Show>
        </>
      )}
    </Show>
  );
}

/** Sentence first, its code after it, small. */
export function Problems(props: { list: readonly Diagnostic[] }): JSX.Element {
  return (
    <For each={props.list}>
      {(item) => (
        <div class={item.severity === 'error' ? 'field-error' : 'field-warning'}>
          {withoutPlace(item.message)} <span class="diag-code">{item.code}</span>
        </div>
      )}
    </For>
  );
}

/** The message without `node 'x': `, which the panel says already. */
export function withoutPlace(message: string): string {
  return message.replace(/^(?:llm_role validation failed: )?node '[^']*': /, '');
}

/** A field that is folded at first: its head says how much is in it. */
export function FoldedField(props: { field: FieldSpec; place: PanelPlace }): JSX.Element {
  const value = () => props.place.node().config[props.field.name];
  const isWrong = () => props.place.problems().some((item) => fieldOfProblem(item) === props.field.name);
  return (
    <Collapsible title={props.field.label} note={summaryOf(value())} startsOpen={isWrong()}>
      <FieldView field={props.field} place={props.place} look="bare" />
    </Collapsible>
  );
}

/** Fields of a section; those with small controls share a grid, so that their labels align. */
export function SmallFields(props: { fields: readonly FieldSpec[]; place: PanelPlace }): JSX.Element {
  const stacked = () => props.fields.filter((field) => !isInline(field));
  const inline = () => props.fields.filter(isInline);
  return (
    <div class="stack" style={{ gap: '8px' }}>
      <For each={stacked()}>
        {(field) => <FieldView field={field} place={props.place} look="stacked" />}
      </For>
      <Show when={inline().length > 0}>
        <div class="inline-fields">
          <For each={inline()}>
            {(field) => <FieldView field={field} place={props.place} look="inline" />}
          </For>
        </div>
      </Show>
    </div>
  );
}
