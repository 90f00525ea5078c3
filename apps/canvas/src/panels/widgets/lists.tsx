import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js';
import type { Json } from '../../model/flow';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Segments } from '../../ui/Tabs';
import { CodeEditor } from '../code/CodeEditor';
import { commandForm, isObject, jsonText, listOf, listValue, parseJson, textValue } from './codecs';
import { SettledInput } from './simple';
import type { WidgetProps } from './types';
import { isInvalid, scopeOf } from './types';
import { Grip, moved } from './Grip';

/** Chips: a word and Enter or a comma adds one, Backspace in the empty field takes the last. */
export function TagsWidget(props: WidgetProps): JSX.Element {
  const [typed, setTyped] = createSignal('');
  const items = () => listOf(props.value);
  const add = () => {
    const words = typed()
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '' && !items().includes(word));
    setTyped('');
    if (words.length > 0)
      props.onChange(listValue([...items(), ...words].slice(0, props.field.maxItems ?? 500)));
  };
  return (
    <div class="tags input" data-invalid={isInvalid(props) ? '' : undefined}>
      <For each={items()}>
        {(item) => (
          <span class="chip">
            {item}
            <button
              type="button"
              aria-label={t('removeNamed', { name: item })}
              disabled={props.place.readOnly()}
              onClick={() => props.onChange(listValue(items().filter((other) => other !== item)))}
            >
              <Icon name="close" size={10} />
            </button>
          </span>
        )}
      </For>
      <input
        aria-label={props.field.label}
        value={typed()}
        readonly={props.place.readOnly()}
        onBlur={add}
        placeholder={items().length === 0 ? t('addTag') : ''}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ',') {
            event.preventDefault();
            add();
          } else if (event.key === 'Backspace' && typed() === '')
            props.onChange(listValue(items().slice(0, -1)));
        }}
      />
    </div>
  );
}

/** An ordered list of answers; a repeated one is said to be so. */
export function OptionsWidget(props: WidgetProps): JSX.Element {
  const given = () =>
    props.value === undefined || props.value === null
      ? (props.field.default as Json | undefined)
      : props.value;
  return (
    <OrderedList
      items={listOf(given())}
      label={props.field.label}
      readOnly={props.place.readOnly()}
      addLabel={t('addOption')}
      onChange={(items) => props.onChange(items)}
    />
  );
}

interface OrderedListProps {
  items: readonly string[];
  label: string;
  addLabel: string;
  readOnly: boolean;
  mono?: boolean;
  onChange: (items: string[]) => void;
  /** Draws one entry instead of an input. */
  entry?: (item: string, commit: (text: string) => void) => JSX.Element;
}

/** A list of texts in order: moved, removed, added; a repeated one is said to be so. */
export function OrderedList(props: OrderedListProps): JSX.Element {
  const [own, setOwn] = createSignal<string[]>();
  const items = createMemo(() => own() ?? [...props.items]);
  const filled = (list: readonly string[]) => list.filter((item) => item !== '');
  const given = () => JSON.stringify(props.items);
  const keepOwn = (now: string) =>
    setOwn((list) => (list && JSON.stringify(filled(list)) === now ? list : undefined));
  createEffect(on(given, keepOwn, { defer: true }));
  const write = (next: string[]) => {
    setOwn(next);
    props.onChange(filled(next));
  };
  return (
    <div class="rows">
      <For each={items().map((_, index) => index)}>
        {(index) => (
          <OrderedRow
            list={props}
            index={index}
            item={items()[index] ?? ''}
            repeated={items()[index] !== '' && items().indexOf(items()[index] ?? '') < index}
            onCommit={(text) => write(items().map((old, at) => (at === index ? text : old)))}
            onMove={(step) => write(moved(items(), index, step))}
            onRemove={() => write(items().filter((_, at) => at !== index))}
          />
        )}
      </For>
      <Show when={!props.readOnly}>
        <button type="button" class="quiet row" onClick={() => setOwn([...items(), ''])}>
          <Icon name="plus" size={14} />
          {props.addLabel}
        </button>
      </Show>
    </div>
  );
}

interface OrderedRowProps {
  list: OrderedListProps;
  index: number;
  item: string;
  repeated: boolean;
  onCommit: (text: string) => void;
  onMove: (step: number) => void;
  onRemove: () => void;
}

function OrderedRow(props: OrderedRowProps): JSX.Element {
  const input = () => (
    <SettledInput
      class={props.list.mono ? 'mono' : ''}
      value={props.item}
      label={`${props.list.label} ${props.index + 1}`}
      readOnly={props.list.readOnly}
      invalid={props.repeated}
      onCommit={props.onCommit}
    />
  );
  return (
    <div class="list-row">
      <Grip name={props.item} disabled={props.list.readOnly} onMove={props.onMove} />
      <Show when={props.list.entry} fallback={input()}>
        {(entry) => entry()(props.item, props.onCommit)}
      </Show>
      <button
        type="button"
        class="icon-btn compact row-remove"
        disabled={props.list.readOnly}
        aria-label={t('removeNamed', { name: props.item })}
        onClick={props.onRemove}
      >
        <Icon name="close" size={14} />
      </button>
      <Show when={props.repeated}>
        <span class="field-error">{t('repeated')}</span>
      </Show>
    </div>
  );
}

/** A program with its arguments, or a text for the shell. */
export function CommandWidget(props: WidgetProps): JSX.Element {
  const form = createMemo(() => commandForm(props.value));
  const [mode, setMode] = createSignal<'list' | 'shell'>(
    form().shell === undefined || props.value === undefined ? 'list' : 'shell',
  );
  const scope = () => scopeOf(props);
  const switchTo = (next: 'list' | 'shell') => {
    setMode(next);
    if (next === 'shell' && form().shell === undefined) props.onChange(textValue(form().list.join(' ')));
    if (next === 'list' && form().shell !== undefined)
      props.onChange(listValue((form().shell ?? '').split(/\s+/).filter((word) => word !== '')));
  };
  return (
    <div class="field">
      <Segments
        label={props.field.label}
        value={mode()}
        onChange={switchTo}
        items={[
          { id: 'list', label: t('command.list') },
          { id: 'shell', label: t('command.shell') },
        ]}
      />
      <Show
        when={mode() === 'list'}
        fallback={
          <CodeEditor
            value={form().shell ?? ''}
            mode="template"
            label={props.field.label}
            commits="settled"
            minRows={2}
            maxRows={12}
            readOnly={props.place.readOnly()}
            scope={scope}
            onCommit={(text) => props.onChange(textValue(text))}
          />
        }
      >
        <OrderedList
          items={form().list}
          label={props.field.label}
          addLabel={t('addArgument')}
          readOnly={props.place.readOnly()}
          onChange={(items) => props.onChange(listValue(items))}
          entry={(item, commit) => (
            <CodeEditor
              value={item}
              mode="template"
              label={props.field.label}
              commits="settled"
              maxRows={8}
              singleLine={!item.includes('\n')}
              readOnly={props.place.readOnly()}
              scope={scope}
              onCommit={commit}
            />
          )}
        />
      </Show>
    </div>
  );
}

/** Pairs of input and output for a model. */
export function ExamplesWidget(props: WidgetProps): JSX.Element {
  const items = () => (Array.isArray(props.value) ? props.value : []);
  const write = (next: Json[]) => props.onChange(next.length === 0 ? undefined : next);
  const part = (item: Json, name: 'input' | 'output') => (isObject(item) ? item[name] : undefined);
  const change = (index: number, name: 'input' | 'output', text: string) => {
    const parsed = parseJson(text);
    const value = parsed.ok ? (parsed.value ?? null) : text;
    write(
      items().map((old, at) => (at === index ? { ...(isObject(old) ? old : {}), [name]: value } : old)),
    );
  };
  const shown = (value: Json | undefined) => (typeof value === 'string' ? value : jsonText(value));
  return (
    <div class="rows">
      <For each={items().map((_, index) => index)}>
        {(index) => (
          <div class="example">
            <div class="row">
              <span class="grow small muted">{t('exampleN', { n: index + 1 })}</span>
              <button
                type="button"
                class="icon-btn compact"
                disabled={props.place.readOnly()}
                aria-label={t('removeNamed', { name: t('exampleN', { n: index + 1 }) })}
                onClick={() => write(items().filter((_, at) => at !== index))}
              >
                <Icon name="close" size={14} />
              </button>
            </div>
            <For each={['input', 'output'] as const}>
              {(name) => (
                <CodeEditor
                  value={shown(part(items()[index] ?? null, name))}
                  mode="json"
                  label={t(name === 'input' ? 'input' : 'output')}
                  commits="settled"
                  placeholder={t(name === 'input' ? 'input' : 'output')}
                  readOnly={props.place.readOnly()}
                  maxRows={8}
                  onCommit={(text) => change(index, name, text)}
                />
              )}
            </For>
          </div>
        )}
      </For>
      <Show when={!props.place.readOnly()}>
        <button
          type="button"
          class="quiet row"
          onClick={() => write([...items(), { input: '', output: '' }])}
        >
          <Icon name="plus" size={14} />
          {t('addExample')}
        </button>
      </Show>
    </div>
  );
}
