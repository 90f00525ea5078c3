import type { JSX } from 'solid-js';
import { createResource, createSignal, For, Show } from 'solid-js';
import { listModels } from '../api/flows';
import type { CanvasSession } from '../editor/session';
import type { ModelRow } from '../model/flow';
import { Combobox } from '../ui/Combobox';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { CodeEditor } from './code/CodeEditor';
import { numberValue, textOf } from './widgets/codecs';
import { newRole } from './widgets/lookup';
import { OrderedList } from './widgets/lists';
import { SettledInput } from './widgets/simple';

const MODALITIES = ['text', 'structured_output', 'vision', 'tts', 'stt', 'embedding', 'image_generation'];

/** S9: the registry of models. The first row is always `primary`; pickers follow at once. */
export function ModelsEditor(props: { session: CanvasSession; readOnly: () => boolean }): JSX.Element {
  const { store, writes } = props.session;
  const [found] = createResource(listModels);
  const [blocked, setBlocked] = createSignal<string[]>([]);
  const rows = () => store.models;
  const options = () =>
    (found.state === 'ready' ? found() : []).map((model) => ({
      value: model.slug,
      label: model.slug,
      note: model.display_name === model.slug ? '' : model.display_name,
    }));
  const change = (index: number, row: ModelRow) =>
    writes.setModels(rows().map((old, at) => (at === index ? row : old)));
  const users = (role: string) =>
    store.nodeOrder.filter((id) => {
      const config = store.nodes[id]?.config;
      return config?.['llm_role'] === role || config?.['model'] === role;
    });
  const remove = (index: number) => {
    const row = rows()[index];
    const used = row ? users(row.role) : [];
    if (used.length > 0) setBlocked(used);
    else {
      setBlocked([]);
      writes.setModels(rows().filter((_, at) => at !== index));
    }
  };
  const add = () => {
    const role = newRole(rows().map((row) => row.role));
    writes.setModels([
      ...rows(),
      {
        role,
        ref: rows()[0]?.ref ?? 'scaigrid',
        model: options()[0]?.value ?? rows()[0]?.model ?? 'openai/gpt-4o',
      },
    ]);
  };
  return (
    <div class="stack" style={{ gap: '8px' }}>
      <div class="row">
        <span class="field-label grow">{t('models')}</span>
        <Show when={!props.readOnly()}>
          <button type="button" class="icon-btn compact" aria-label={t('addModel')} onClick={add}>
            <Icon name="plus" />
          </button>
        </Show>
      </div>
      <For each={rows().map((_, index) => index)}>
        {(index) => (
          <Show when={rows()[index]}>
            {(row) => (
              <ModelRowView
                row={row()}
                first={index === 0}
                options={options()}
                readOnly={props.readOnly()}
                onChange={(next) => change(index, next)}
                onRemove={() => remove(index)}
              />
            )}
          </Show>
        )}
      </For>
      <Show when={found.error}>
        <span class="field-note">{t('models.noLookup')}</span>
      </Show>
      <Show when={blocked().length > 0}>
        <span class="field-error">
          {t('models.used', {
            nodes: blocked()
              .map((id) => store.nodes[id]?.label ?? id)
              .join(', '),
          })}
        </span>
      </Show>
    </div>
  );
}

interface ModelRowProps {
  row: ModelRow;
  first: boolean;
  options: { value: string; label: string; note: string }[];
  readOnly: boolean;
  onChange: (row: ModelRow) => void;
  onRemove: () => void;
}

function ModelRowView(props: ModelRowProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const set: SetModel = (name, value) => {
    const next = { ...props.row };
    if (value === undefined) delete next[name];
    else next[name] = value;
    props.onChange(next);
  };
  return (
    <div class="model-row">
      <div class="model-line">
        <Show when={!props.first} fallback={<span class="mono model-role">{props.row.role}</span>}>
          <SettledInput
            class="mono"
            value={props.row.role}
            label={t('role')}
            readOnly={props.readOnly}
            onCommit={(text) => text.trim() !== '' && set('role', text.trim())}
          />
        </Show>
        <Combobox
          value={props.row.model}
          options={props.options}
          label={t('model')}
          mono
          disabled={props.readOnly}
          onChange={(model) => model !== '' && set('model', model)}
        />
        <button
          type="button"
          class="icon-btn compact"
          aria-label={t('advanced')}
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <Icon name={open() ? 'chevron-down' : 'chevron-right'} />
        </button>
      </div>
      <Show when={open()}>
        <ModelDetails row={props.row} readOnly={props.readOnly} set={set} />
        <Show when={!props.first}>
          <div>
            <button type="button" class="btn danger" disabled={props.readOnly} onClick={props.onRemove}>
              {t('removeModel')}
            </button>
          </div>
        </Show>
      </Show>
    </div>
  );
}

type SetModel = <K extends keyof ModelRow>(name: K, value: ModelRow[K] | undefined) => void;

function ModelDetails(props: { row: ModelRow; readOnly: boolean; set: SetModel }): JSX.Element {
  const fallback = () => (props.row.fallback ?? []).map((item) => `${item.ref}:${item.model}`);
  const setFallback = (items: string[]) => {
    const rows = items.map((item) => readFallback(item, props.row.ref));
    props.set('fallback', rows.length === 0 ? undefined : rows);
  };
  const setTemperature = (text: string) => {
    const value = numberValue(text, 'any');
    if (value !== null) props.set('temperature', value);
  };
  return (
    <>
      <div class="inline-fields">
        <span class="inline-label">{t('provider')}</span>
        <SettledInput
          class="mono"
          value={props.row.ref}
          label={t('provider')}
          readOnly={props.readOnly}
          onCommit={(text) => text.trim() !== '' && props.set('ref', text.trim())}
        />
        <span class="inline-label">{t('temperature')}</span>
        <SettledInput
          class="number-input"
          value={textOf(props.row.temperature)}
          label={t('temperature')}
          readOnly={props.readOnly}
          inputMode="decimal"
          onCommit={setTemperature}
        />
        <span class="inline-label">{t('modalities')}</span>
        <Modalities row={props.row} readOnly={props.readOnly} set={props.set} />
        <span class="inline-label">{t('fallback')}</span>
        <OrderedList
          mono
          items={fallback()}
          label={t('fallback')}
          addLabel={t('addFallback')}
          readOnly={props.readOnly}
          onChange={setFallback}
        />
      </div>
      <div class="field">
        <span class="field-label">{t('systemContext')}</span>
        <CodeEditor
          value={props.row.system_context ?? ''}
          mode="plain"
          prose
          label={t('systemContext')}
          commits="settled"
          minRows={2}
          maxRows={8}
          readOnly={props.readOnly}
          onCommit={(text) => props.set('system_context', text === '' ? undefined : text)}
        />
      </div>
    </>
  );
}

function Modalities(props: { row: ModelRow; readOnly: boolean; set: SetModel }): JSX.Element {
  const chosen = () => props.row.modalities ?? ['text'];
  const toggle = (name: string) => {
    const next = chosen().includes(name) ? chosen().filter((item) => item !== name) : [...chosen(), name];
    if (next.length > 0) props.set('modalities', next);
  };
  return (
    <div class="row wrap" style={{ gap: '4px' }}>
      <For each={MODALITIES}>
        {(name) => (
          <button
            type="button"
            class="chip toggle"
            aria-pressed={chosen().includes(name)}
            disabled={props.readOnly}
            onClick={() => toggle(name)}
          >
            {name.replace(/_/g, ' ')}
          </button>
        )}
      </For>
    </div>
  );
}

/** `scaigrid:openai/gpt-4o`, or a model alone at the row's own provider. */
export function readFallback(text: string, ref: string): { ref: string; model: string } {
  const match = /^([a-z][a-z0-9_-]*):(.+)$/.exec(text.trim());
  return match?.[1] && match[2] ? { ref: match[1], model: match[2] } : { ref, model: text.trim() };
}
