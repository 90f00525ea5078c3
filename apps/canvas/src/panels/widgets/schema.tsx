import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js';
import { Combobox } from '../../ui/Combobox';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Segments } from '../../ui/Tabs';
import { CodeEditor } from '../code/CodeEditor';
import { jsonText, parseJson } from './codecs';
import type { SchemaField } from './schemaModel';
import { fieldsOf, schemaFromJson, schemaOf, TYPE_CHOICES } from './schemaModel';
import { SettledInput } from './simple';
import type { WidgetProps } from './types';
import { Grip } from './Grip';

const BLANK: SchemaField = { name: '', type: 'string', description: '', fields: undefined, other: undefined };
const INDENT = 14;

/** The fields of an answer or an input as a tree, or the same as text. */
export function SchemaWidget(props: WidgetProps): JSX.Element {
  const [view, setView] = createSignal<'fields' | 'text'>('fields');
  const [own, setOwn] = createSignal<SchemaField[]>();
  const fields = createMemo(() => own() ?? fieldsOf(props.value));
  createEffect(
    on(
      () => JSON.stringify(props.value ?? null),
      (given) => {
        setOwn((now) => (now && JSON.stringify(schemaOf(now) ?? null) === given ? now : undefined));
      },
      { defer: true },
    ),
  );
  const write = (next: SchemaField[]) => {
    setOwn(next);
    const value = schemaOf(next);
    if (JSON.stringify(value) !== JSON.stringify(props.value)) props.onChange(value);
  };
  return (
    <div class="schema">
      <div class="schema-tools">
        <Segments
          label={props.field.label}
          value={view()}
          onChange={setView}
          items={[
            { id: 'fields', label: t('schema.fields') },
            { id: 'text', label: t('schema.text') },
          ]}
        />
        <Show when={!props.place.readOnly() && view() === 'fields'}>
          <button
            type="button"
            class="icon-btn compact"
            aria-label={t('addField')}
            onClick={() => setOwn([...fields(), BLANK])}
          >
            <Icon name="plus" />
          </button>
        </Show>
      </div>
      <Show when={view() === 'fields'} fallback={<SchemaText {...props} />}>
        <FieldList fields={fields()} depth={0} readOnly={props.place.readOnly()} onChange={write} />
      </Show>
    </div>
  );
}

interface FieldListProps {
  fields: readonly SchemaField[];
  depth: number;
  readOnly: boolean;
  onChange: (fields: SchemaField[]) => void;
}

function FieldList(props: FieldListProps): JSX.Element {
  const change = (index: number, field: SchemaField) =>
    props.onChange(props.fields.map((old, at) => (at === index ? field : old)));
  const move = (index: number, step: number) => {
    const next = [...props.fields];
    const [field] = next.splice(index, 1);
    if (!field) return;
    next.splice(Math.max(0, Math.min(next.length, index + step)), 0, field);
    props.onChange(next);
  };
  return (
    <For each={props.fields.map((_, index) => index)}>
      {(index) => (
        <Show when={props.fields[index]}>
          {(field) => (
            <FieldRow
              field={field()}
              depth={props.depth}
              readOnly={props.readOnly}
              onChange={(next) => change(index, next)}
              onMove={(step) => move(index, step)}
              onRemove={() => props.onChange(props.fields.filter((_, at) => at !== index))}
            />
          )}
        </Show>
      )}
    </For>
  );
}

interface FieldRowProps {
  field: SchemaField;
  depth: number;
  readOnly: boolean;
  onChange: (field: SchemaField) => void;
  onMove: (step: number) => void;
  onRemove: () => void;
}

function FieldRow(props: FieldRowProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const note = () => props.field.description;
  return (
    <>
      <div class="schema-row" style={{ 'padding-left': `${props.depth * INDENT}px` }}>
        <Grip name={props.field.name} disabled={props.readOnly} onMove={props.onMove} />
        <SettledInput
          class="mono bare"
          value={props.field.name}
          label={t('fieldName')}
          placeholder={t('name.small')}
          readOnly={props.readOnly}
          onCommit={(name) => props.onChange({ ...props.field, name: name.trim() })}
        />
        <TypePicker field={props.field} readOnly={props.readOnly} onChange={props.onChange} />
        <button
          type="button"
          class={`schema-note small muted cut ${note() === '' ? 'is-empty' : ''}`}
          aria-label={`${t('descriptionOf', { name: props.field.name })} ${note()}`.trim()}
          aria-expanded={open()}
          title={note()}
          onClick={() => setOpen(!open())}
        >
          {note() || <span aria-hidden="true">…</span>}
        </button>
      </div>
      <Show when={open()}>
        <div class="schema-more" style={{ 'padding-left': `${props.depth * INDENT + 20}px` }}>
          <Show when={!props.field.fields}>
            <SettledInput
              value={note()}
              label={t('descriptionOf', { name: props.field.name })}
              placeholder={t('description')}
              readOnly={props.readOnly}
              onCommit={(description) => props.onChange({ ...props.field, description })}
            />
          </Show>
          <button type="button" class="btn danger" disabled={props.readOnly} onClick={props.onRemove}>
            {t('remove')}
          </button>
        </div>
      </Show>
      <Show when={props.field.fields}>{(fields) => <NestedFields {...props} fields={fields()} />}</Show>
    </>
  );
}

function TypePicker(props: Pick<FieldRowProps, 'field' | 'readOnly' | 'onChange'>): JSX.Element {
  const text = () => {
    if (props.field.fields) return 'object';
    return props.field.other === undefined ? props.field.type : JSON.stringify(props.field.other);
  };
  const set = (type: string) => {
    const isObject = type === 'object';
    const fields = isObject ? (props.field.fields ?? [BLANK]) : undefined;
    props.onChange({ ...props.field, type: isObject ? '' : type, fields, other: undefined });
  };
  return (
    <div class="schema-type">
      <Combobox
        mono
        value={text()}
        label={t('typeOf', { name: props.field.name })}
        disabled={props.readOnly}
        options={[...TYPE_CHOICES, 'object'].map((value) => ({ value, label: value }))}
        onChange={set}
      />
    </div>
  );
}

function NestedFields(props: FieldRowProps & { fields: readonly SchemaField[] }): JSX.Element {
  const write = (fields: SchemaField[]) => props.onChange({ ...props.field, fields });
  const blank = (): SchemaField => ({ ...BLANK, name: `field_${props.fields.length + 1}` });
  return (
    <>
      <FieldList fields={props.fields} depth={props.depth + 1} readOnly={props.readOnly} onChange={write} />
      <Show when={!props.readOnly}>
        <button
          type="button"
          class="quiet row"
          style={{ 'margin-left': `${(props.depth + 1) * INDENT + 20}px` }}
          onClick={() => write([...props.fields, blank()])}
        >
          <Icon name="plus" size={14} />
          {t('addField')}
        </button>
      </Show>
    </>
  );
}

/** The schema as JSON; a JSON Schema or a sample value pasted here is turned into fields. */
function SchemaText(props: WidgetProps): JSX.Element {
  const [problem, setProblem] = createSignal('');
  let typed = '';
  const commit = (text: string) => {
    typed = text;
    const parsed = parseJson(text);
    setProblem(parsed.ok ? '' : parsed.message);
    if (parsed.ok) props.onChange(parsed.value);
  };
  const convert = () => {
    const parsed = parseJson(typed || jsonText(props.value));
    const schema = parsed.ok && parsed.value !== undefined ? schemaFromJson(parsed.value) : undefined;
    if (schema) props.onChange(schema);
    else setProblem(t('schema.noSample'));
  };
  return (
    <div class="field">
      <CodeEditor
        value={jsonText(props.value)}
        mode="json"
        label={props.field.label}
        commits="settled"
        minRows={4}
        maxRows={16}
        readOnly={props.place.readOnly()}
        invalid={problem() !== ''}
        onCommit={commit}
      />
      <Show when={problem()}>
        <span class="field-error">{problem()}</span>
      </Show>
      <div>
        <button type="button" class="quiet" disabled={props.place.readOnly()} onClick={convert}>
          {t('schema.convert')}
        </button>
      </div>
    </div>
  );
}
