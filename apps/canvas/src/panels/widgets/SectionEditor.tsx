import type { JSX } from 'solid-js';
import { Match, Show, Switch as Choose } from 'solid-js';
import type { Json, JsonObject } from '../../model/flow';
import { Switch } from '../../ui/Bits';
import { IconButton } from '../../ui/Button';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';
import { CodeEditor } from '../code/CodeEditor';
import type { Scope } from '../code/scope';
import { isObject, listOf, textOf } from './codecs';
import { OrderedList } from './lists';
import { nameOf, TYPE_TEXT, typeOf } from './sections';
import { SettledInput } from './simple';

const KIND_TEXT = {
  text: 'kind.text',
  textarea: 'kind.textarea',
  number: 'kind.number',
  bool: 'kind.bool',
  date: 'kind.date',
  select: 'kind.select',
} as const;
const KINDS = ['text', 'textarea', 'number', 'bool', 'date', 'select'] as const;

interface SectionProps {
  section: JsonObject;
  readOnly: boolean;
  scope: () => Scope | undefined;
  onChange: (section: JsonObject) => void;
  onMove: (step: number) => void;
  onRemove: () => void;
}

/** One section of a review form: what it is, and its fields. */
export function SectionEditor(props: SectionProps): JSX.Element {
  const set = (name: string, value: Json | undefined) => {
    const next: JsonObject = { ...props.section };
    if (value === undefined || value === '') delete next[name];
    else next[name] = value;
    props.onChange(next);
  };
  return (
    <section class="form-section" aria-label={nameOf(props.section)}>
      <SectionHead {...props} />
      <div class="inline-fields">
        <Choose>
          <Match when={typeOf(props.section) === 'context'}>
            <Line {...props} set={set} name="title" label={t('section.title')} />
            <Template {...props} set={set} name="content" label={t('section.content')} rows={2} />
          </Match>
          <Match when={typeOf(props.section) === 'input'}>
            <InputFields {...props} set={set} />
          </Match>
          <Match when={typeOf(props.section) === 'decision'}>
            <Line {...props} set={set} name="field" label={t('fieldName')} mono />
            <Line {...props} set={set} name="label" label={t('label')} />
            <span class="inline-label">{t('options')}</span>
            <DecisionOptions
              section={props.section}
              readOnly={props.readOnly}
              onChange={(v) => set('options', v)}
            />
          </Match>
        </Choose>
      </div>
    </section>
  );
}

type PartProps = SectionProps & { set: (name: string, value: Json | undefined) => void };

function SectionHead(props: SectionProps): JSX.Element {
  return (
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
  );
}

function Line(props: PartProps & { name: string; label: string; mono?: boolean }): JSX.Element {
  return (
    <>
      <span class="inline-label">{props.label}</span>
      <SettledInput
        class={props.mono ? 'mono' : ''}
        value={textOf(props.section[props.name])}
        label={props.label}
        readOnly={props.readOnly}
        onCommit={(text) => props.set(props.name, text.trim())}
      />
    </>
  );
}

function Template(props: PartProps & { name: string; label: string; rows: number }): JSX.Element {
  return (
    <>
      <span class="inline-label">{props.label}</span>
      <CodeEditor
        value={textOf(props.section[props.name])}
        mode="template"
        label={props.label}
        commits="settled"
        prose={props.rows > 1}
        singleLine={props.rows === 1}
        minRows={props.rows}
        maxRows={8}
        readOnly={props.readOnly}
        scope={props.scope}
        onCommit={(text) => props.set(props.name, text)}
      />
    </>
  );
}

function InputFields(props: PartProps): JSX.Element {
  return (
    <>
      <Line {...props} name="field" label={t('fieldName')} mono />
      <Line {...props} name="label" label={t('label')} />
      <span class="inline-label">{t('kind')}</span>
      <Select
        label={t('kind')}
        value={textOf(props.section['kind']) || 'text'}
        disabled={props.readOnly}
        options={KINDS.map((value) => ({ value, label: t(KIND_TEXT[value]) }))}
        onChange={(value) => props.set('kind', value)}
      />
      <span class="inline-label">{t('required.label')}</span>
      <span class="row" style={{ height: '28px' }}>
        <Switch
          label={t('required.label')}
          checked={props.section['required'] === true}
          disabled={props.readOnly}
          onChange={(on) => props.set('required', on)}
        />
      </span>
      <Template {...props} name="default" label={t('default')} rows={1} />
      <Show when={props.section['kind'] === 'select'}>
        <span class="inline-label">{t('options')}</span>
        <OrderedList
          items={listOf(props.section['options'])}
          label={t('options')}
          addLabel={t('addOption')}
          readOnly={props.readOnly}
          onChange={(items) => props.set('options', items)}
        />
      </Show>
    </>
  );
}

/** Options are ids, or ids with a label of their own: `approve = Approve it`. */
function DecisionOptions(props: {
  section: JsonObject;
  readOnly: boolean;
  onChange: (items: Json) => void;
}): JSX.Element {
  const options = () => (Array.isArray(props.section['options']) ? props.section['options'] : []);
  const show = (option: Json): string =>
    isObject(option) ? `${textOf(option['id'])} = ${textOf(option['label'])}` : textOf(option);
  const read = (text: string): Json => {
    const match = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text);
    return match?.[1] && match[2] ? { id: match[1], label: match[2] } : text.trim();
  };
  return (
    <OrderedList
      items={options().map(show)}
      label={t('options')}
      addLabel={t('addOption')}
      readOnly={props.readOnly}
      onChange={(next) => props.onChange(next.map(read))}
    />
  );
}
