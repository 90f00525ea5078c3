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
  const nested = () => props.field.fields;
  const setType = (type: string) => {
    if (type === 'object') props.onChange({ ...props.field, type: '', fields: [BLANK], other: undefined });
    else props.onChange({ ...props.field, type, fields: undefined, other: undefined });
  };
  const typeText = () =>
    nested()
      ? 'object'
      : props.field.other !== undefined
        ? JSON.stringify(props.field.other)
        : props.field.type;
  return (
    <>
      <div class="schema-row" style={{ 'padding-left': `${props.depth * INDENT}px` }}>
        <button
          type="button"
          class="grip"
          aria-label={t('moveRow', { name: props.field.name })}
          disabled={props.readOnly}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
            if (step !== 0) {
              event.preventDefault();
              props.onMove(step);
            }
          }}
        >
          <Icon name="grip" />
        </button>
        <SettledInput
          class="mono bare"
          value={props.field.name}
          label={t('fieldName')}
          placeholder={t('name.small')}
          readOnly={props.readOnly}
          onCommit={(name) => props.onChange({ ...props.field, name: name.trim() })}
        />
        <div class="schema-type">
          <Combobox
            mono
            value={typeText()}
            label={t('typeOf', { name: props.field.name })}
            disabled={props.readOnly}
            options={[...TYPE_CHOICES, 'object'].map((value) => ({ value, label: value }))}
            onChange={setType}
          />
        </div>
        <button
          type="button"
          class={`schema-note small muted cut ${props.field.description === '' ? 'is-empty' : ''}`}
          aria-expanded={open()}
          title={props.field.description}
          onClick={() => setOpen(!open())}
        >
          {props.field.description || '…'}
        </button>
      </div>
      <Show when={open()}>
        <div class="schema-more" style={{ 'padding-left': `${props.depth * INDENT + 20}px` }}>
          <Show when={!nested()}>
            <SettledInput
              value={props.field.description}
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
      <Show when={nested()}>
        {(fields) => (
          <>
            <FieldList
              fields={fields()}
              depth={props.depth + 1}
              readOnly={props.readOnly}
              onChange={(next) => props.onChange({ ...props.field, fields: next })}
            />
            <Show when={!props.readOnly}>
              <button
                type="button"
                class="quiet row"
                style={{ 'margin-left': `${(props.depth + 1) * INDENT + 20}px` }}
                onClick={() =>
                  props.onChange({
                    ...props.field,
                    fields: [...fields(), { ...BLANK, name: `field_${fields().length + 1}` }],
                  })
                }
              >
                <Icon name="plus" size={14} />
                {t('addField')}
              </button>
            </Show>
          </>
        )}
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
