import type { JSX } from 'solid-js';
import { createSignal, For, Match, Show, Switch as Choose } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ReviewSection } from '../../api/types';
import type { Json, JsonObject } from '../../model/flow';
import { Switch } from '../../ui/Bits';
import { Button, IconButton } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';
import { CodeEditor } from '../code/CodeEditor';
import type { ScopeName } from '../code/scope';
import { isObject, listOf, textOf } from './codecs';
import { FormPreview } from './FormPreview';
import { OrderedList } from './lists';
import { SettledInput } from './simple';
import type { WidgetProps } from './types';
import { scopeNames } from './types';

const KINDS = ['text', 'textarea', 'number', 'bool', 'date', 'select'] as const;
const KIND_TEXT = {
  text: 'kind.text',
  textarea: 'kind.textarea',
  number: 'kind.number',
  bool: 'kind.bool',
  date: 'kind.date',
  select: 'kind.select',
} as const;
const TYPE_TEXT = {
  context: 'section.context',
  input: 'section.input',
  decision: 'section.decision',
} as const;
type SectionType = keyof typeof TYPE_TEXT;

const typeOf = (section: JsonObject): SectionType => {
  const type = section['type'];
  return type === 'input' || type === 'decision' ? type : 'context';
};

/** The name a section goes by in lists. */
function nameOf(section: JsonObject): string {
  return (
    textOf(section['title']) ||
    textOf(section['label']) ||
    textOf(section['field']) ||
    t(TYPE_TEXT[typeOf(section)])
  );
}

function sectionsIn(props: WidgetProps): JsonObject[] {
  const given = Array.isArray(props.value)
    ? props.value
    : Array.isArray(props.field.default)
      ? (props.field.default as Json[])
      : [];
  return given.filter(isObject);
}

/** S7: the sections of a review form: a list in the panel, the whole form in a dialog beside its live preview. */
export function FormWidget(props: WidgetProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const sections = () => sectionsIn(props);
  return (
    <div class="rows">
      <For each={sections()}>
        {(section) => (
          <button type="button" class="form-summary" onClick={() => setOpen(true)}>
            <span class="cut grow">{nameOf(section)}</span>
            <span class="small muted">{t(TYPE_TEXT[typeOf(section)])}</span>
          </button>
        )}
      </For>
      <div>
        <Button onClick={() => setOpen(true)}>{t('editForm')}</Button>
      </div>
      <Dialog open={open()} onClose={() => setOpen(false)} width="huge" title={t('formBuilder')}>
        <FormBuilder
          sections={sections()}
          readOnly={props.place.readOnly()}
          names={() => scopeNames(props)}
          onChange={(next) => props.onChange(next)}
        />
      </Dialog>
    </div>
  );
}

interface BuilderProps {
  sections: JsonObject[];
  readOnly: boolean;
  names: () => readonly ScopeName[];
  onChange: (sections: JsonObject[]) => void;
}

function FormBuilder(props: BuilderProps): JSX.Element {
  const [values, setValues] = createStore<Record<string, unknown>>({});
  const change = (index: number, section: JsonObject) =>
    props.onChange(props.sections.map((old, at) => (at === index ? section : old)));
  const move = (index: number, step: number) => {
    const next = [...props.sections];
    const [section] = next.splice(index, 1);
    if (!section) return;
    next.splice(Math.max(0, Math.min(next.length, index + step)), 0, section);
    props.onChange(next);
  };
  const add = (type: SectionType) => {
    const made: JsonObject =
      type === 'context'
        ? { type, title: t('section.context'), content: '{{input}}' }
        : type === 'input'
          ? { type, field: freeField(props.sections), kind: 'text', required: false }
          : { type, field: 'decision', options: ['approve', 'reject'] };
    const at =
      type === 'decision'
        ? props.sections.length
        : props.sections.findIndex((section) => section['type'] === 'decision');
    const next = [...props.sections];
    next.splice(at < 0 ? next.length : at, 0, made);
    props.onChange(next);
  };
  const hasDecision = () => props.sections.some((section) => section['type'] === 'decision');
  return (
    <div class="form-builder">
      <div class="rows">
        <For each={props.sections.map((_, index) => index)}>
          {(index) => (
            <Show when={props.sections[index]}>
              {(section) => (
                <SectionEditor
                  section={section()}
                  readOnly={props.readOnly}
                  names={props.names}
                  onChange={(next) => change(index, next)}
                  onMove={(step) => move(index, step)}
                  onRemove={() => props.onChange(props.sections.filter((_, at) => at !== index))}
                />
              )}
            </Show>
          )}
        </For>
        <Show when={!props.readOnly}>
          <div class="row">
            <Button icon="plus" onClick={() => add('context')}>
              {t('section.context')}
            </Button>
            <Button icon="plus" onClick={() => add('input')}>
              {t('section.input')}
            </Button>
            <Show when={!hasDecision()}>
              <Button icon="plus" onClick={() => add('decision')}>
                {t('section.decision')}
              </Button>
            </Show>
          </div>
        </Show>
      </div>
      <div class="form-live">
        <div class="field-label">{t('formPreview')}</div>
        <FormPreview
          sections={props.sections as unknown as ReviewSection[]}
          values={values}
          onChange={(field, value) => setValues(field, value)}
          onReset={() => setValues(reconcile({}))}
        />
      </div>
    </div>
  );
}

function freeField(sections: readonly JsonObject[]): string {
  const taken = new Set(sections.map((section) => section['field']));
  let n = 1;
  while (taken.has(`field_${n}`)) n += 1;
  return `field_${n}`;
}

interface SectionProps {
  section: JsonObject;
  readOnly: boolean;
  names: () => readonly ScopeName[];
  onChange: (section: JsonObject) => void;
  onMove: (step: number) => void;
  onRemove: () => void;
}

function SectionEditor(props: SectionProps): JSX.Element {
  const set = (name: string, value: Json | undefined) => {
    const next: JsonObject = { ...props.section };
    if (value === undefined || value === '') delete next[name];
    else next[name] = value;
    props.onChange(next);
  };
  const template = (name: string, label: string, rows: number) => (
    <>
      <span class="inline-label">{label}</span>
      <CodeEditor
        value={textOf(props.section[name])}
        mode="template"
        label={label}
        commits="settled"
        prose={rows > 1}
        singleLine={rows === 1}
        minRows={rows}
        maxRows={8}
        readOnly={props.readOnly}
        names={props.names}
        onCommit={(text) => set(name, text)}
      />
    </>
  );
  const line = (name: string, label: string, mono = false) => (
    <>
      <span class="inline-label">{label}</span>
      <SettledInput
        class={mono ? 'mono' : ''}
        value={textOf(props.section[name])}
        label={label}
        readOnly={props.readOnly}
        onCommit={(text) => set(name, text.trim())}
      />
    </>
  );
  return (
    <section class="form-section" aria-label={nameOf(props.section)}>
      <div class="row">
        <span class="strong grow cut">{nameOf(props.section)}</span>
        <span class="small muted">{t(TYPE_TEXT[typeOf(props.section)])}</span>
        <IconButton
          icon="arrow-up"
          size="compact"
          label={t('moveUp')}
          disabled={props.readOnly}
          onClick={() => props.onMove(-1)}
        />
        <IconButton
          icon="arrow-down"
          size="compact"
          label={t('moveDown')}
          disabled={props.readOnly}
          onClick={() => props.onMove(1)}
        />
        <IconButton
          icon="close"
          size="compact"
          label={t('removeNamed', { name: nameOf(props.section) })}
          disabled={props.readOnly}
          onClick={props.onRemove}
        />
      </div>
      <div class="inline-fields">
        <Choose>
          <Match when={typeOf(props.section) === 'context'}>
            {line('title', t('section.title'))}
            {template('content', t('section.content'), 2)}
          </Match>
          <Match when={typeOf(props.section) === 'input'}>
            {line('field', t('fieldName'), true)}
            {line('label', t('label'))}
            <span class="inline-label">{t('kind')}</span>
            <Select
              label={t('kind')}
              value={textOf(props.section['kind']) || 'text'}
              disabled={props.readOnly}
              options={KINDS.map((value) => ({ value, label: t(KIND_TEXT[value]) }))}
              onChange={(value) => set('kind', value)}
            />
            <span class="inline-label">{t('required.label')}</span>
            <span class="row" style={{ height: '28px' }}>
              <Switch
                label={t('required.label')}
                checked={props.section['required'] === true}
                disabled={props.readOnly}
                onChange={(on) => set('required', on)}
              />
            </span>
            {template('default', t('default'), 1)}
            <Show when={props.section['kind'] === 'select'}>
              <span class="inline-label">{t('options')}</span>
              <OrderedList
                items={listOf(props.section['options'])}
                label={t('options')}
                addLabel={t('addOption')}
                readOnly={props.readOnly}
                onChange={(items) => set('options', items)}
              />
            </Show>
          </Match>
          <Match when={typeOf(props.section) === 'decision'}>
            {line('field', t('fieldName'), true)}
            {line('label', t('label'))}
            <span class="inline-label">{t('options')}</span>
            <DecisionOptions
              section={props.section}
              readOnly={props.readOnly}
              onChange={(items) => set('options', items)}
            />
          </Match>
        </Choose>
      </div>
    </section>
  );
}

/** Options are ids, or ids with a label of their own: `approve = Approve it`. */
function DecisionOptions(props: {
  section: JsonObject;
  readOnly: boolean;
  onChange: (items: Json) => void;
}): JSX.Element {
  const items = () =>
    (Array.isArray(props.section['options']) ? props.section['options'] : []).map((option) =>
      isObject(option) ? `${textOf(option['id'])} = ${textOf(option['label'])}` : textOf(option),
    );
  const read = (text: string): Json => {
    const match = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text);
    return match?.[1] && match[2] ? { id: match[1], label: match[2] } : text.trim();
  };
  return (
    <OrderedList
      items={items()}
      label={t('options')}
      addLabel={t('addOption')}
      readOnly={props.readOnly}
      onChange={(next) => props.onChange(next.map(read))}
    />
  );
}
