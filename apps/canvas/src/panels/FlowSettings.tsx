import type { JSX } from 'solid-js';
import { createMemo, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { Json, JsonObject } from '../model/flow';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { Collapsible, Switch } from '../ui/Bits';
import { t } from '../ui/i18n';
import { Select } from '../ui/Select';
import { CodeEditor } from './code/CodeEditor';
import { Problems } from './FieldView';
import { ModelsEditor } from './ModelsEditor';
import { QueuesEditor } from './QueuesEditor';
import { VariablesEditor } from './VariablesEditor';
import {
  isObject,
  jsonText,
  listOf,
  listValue,
  numberValue,
  parseJson,
  textOf,
  textValue,
} from './widgets/codecs';
import { OrderedList } from './widgets/lists';
import { DurationInput, SettledInput } from './widgets/simple';

interface FlowSettingsProps {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  readOnly: () => boolean;
}

/**
 * What belongs to the whole flow: identity, models, variables, queues, output, limits, publishing, plugins.
 */
export function FlowSettings(props: FlowSettingsProps): JSX.Element {
  const { store } = props.session;
  const loose = createMemo(() =>
    props.diagnostics().all.filter((item) => item.node_id === null && item.edge_id === null),
  );
  return (
    <>
      <div class="panel-head">
        <span class="strong grow">{t('flowSettings')}</span>
      </div>
      <div class="panel-body scroll">
        <Show when={loose().length > 0}>
          <div class="panel-section">
            <Problems list={loose()} />
          </div>
        </Show>
        <NameAndDescription {...props} />
        <div class="panel-section">
          <ModelsEditor session={props.session} readOnly={props.readOnly} />
        </div>
        <Collapsible
          title={t('variables')}
          note={store.variables.length || ''}
          startsOpen={store.variables.length > 0}
        >
          <VariablesEditor session={props.session} readOnly={props.readOnly} />
        </Collapsible>
        <Collapsible
          title={t('queues')}
          note={store.queues.length || ''}
          startsOpen={store.queues.length > 0}
        >
          <QueuesEditor session={props.session} readOnly={props.readOnly} />
        </Collapsible>
        <ConfigSections {...props} />
      </div>
    </>
  );
}

function NameAndDescription(props: FlowSettingsProps): JSX.Element {
  const { store, writes } = props.session;
  return (
    <div class="panel-section stack" style={{ gap: '12px' }}>
      <label class="field">
        <span class="field-label">{t('name')}</span>
        <SettledInput
          value={store.meta.name}
          label={t('name')}
          readOnly={props.readOnly()}
          maxLength={200}
          onCommit={(text) => text.trim() !== '' && writes.setFlowName(text.trim())}
        />
      </label>
      <div class="field">
        <span class="field-label">{t('description')}</span>
        <CodeEditor
          value={textOf(store.metadata['description'] ?? store.meta.description)}
          mode="plain"
          prose
          label={t('description')}
          commits="settled"
          minRows={2}
          maxRows={8}
          placeholder={t('description.hint')}
          readOnly={props.readOnly()}
          onCommit={(text) => writes.setFlowDescription(text)}
        />
      </div>
    </div>
  );
}

/** The parts of `config` that have no list of their own, folded. */
function ConfigSections(props: FlowSettingsProps): JSX.Element {
  const { store, writes } = props.session;
  const identity = (): JsonObject => {
    const value = store.config['core_identity'];
    return isObject(value) ? value : {};
  };
  const set = (path: string[], value: Json | undefined) => writes.setConfig(path, value);
  const isPublished = () => store.config['publish_as_model'] === true;
  return (
    <>
      <Collapsible
        title={t('flowOutput')}
        note={store.config['output'] === undefined ? t('output.last') : ''}
      >
        <JsonField
          value={store.config['output']}
          label={t('flowOutput')}
          help={t('output.help')}
          readOnly={props.readOnly()}
          onChange={(value) => set(['output'], value)}
        />
      </Collapsible>
      <Collapsible title={t('limits')}>
        <Limits
          config={store.config}
          readOnly={props.readOnly()}
          onSet={(name, value) => set([name], value)}
        />
      </Collapsible>
      <Collapsible title={t('publishing')} note={isPublished() ? t('publish.on') : ''}>
        <Publishing {...props} />
      </Collapsible>
      <Collapsible title={t('plugins')} note={listOf(store.config['plugins']).length || ''}>
        <Plugins
          value={store.config['plugins']}
          readOnly={props.readOnly()}
          onChange={(value) => set(['plugins'], value)}
        />
      </Collapsible>
      <Collapsible title={t('identity')} note={textOf(identity()['mode'])}>
        <Identity
          value={identity()}
          readOnly={props.readOnly()}
          onSet={(name, value) => set(['core_identity', name], value)}
        />
      </Collapsible>
    </>
  );
}

function Publishing(props: FlowSettingsProps): JSX.Element {
  const { store, writes } = props.session;
  return (
    <div class="stack" style={{ gap: '12px' }}>
      <span class="row">
        <Switch
          label={t('publishAsModel')}
          checked={store.config['publish_as_model'] === true}
          disabled={props.readOnly()}
          onChange={(on) => writes.setConfig(['publish_as_model'], on)}
        />
        {t('publishAsModel')}
      </span>
      <Show when={store.config['publish_as_model'] === true}>
        <div class="field">
          <span class="field-label">{t('publish.groups')}</span>
          <OrderedList
            mono
            items={listOf(store.config['model_visibility_group_ids'])}
            label={t('publish.groups')}
            addLabel={t('addGroup')}
            readOnly={props.readOnly()}
            onChange={(items) => writes.setConfig(['model_visibility_group_ids'], listValue(items))}
          />
        </div>
      </Show>
    </div>
  );
}

function JsonField(props: {
  value: Json | undefined;
  label: string;
  help: string;
  readOnly: boolean;
  onChange: (value: Json | undefined) => void;
}): JSX.Element {
  const commit = (text: string) => {
    const parsed = parseJson(text);
    if (parsed.ok) props.onChange(parsed.value);
  };
  return (
    <div class="field">
      <CodeEditor
        value={jsonText(props.value)}
        mode="json"
        label={props.label}
        commits="settled"
        minRows={3}
        maxRows={14}
        readOnly={props.readOnly}
        onCommit={commit}
      />
      <span class="field-note">{props.help}</span>
    </div>
  );
}

function Limits(props: {
  config: JsonObject;
  readOnly: boolean;
  onSet: (name: string, value: Json | undefined) => void;
}): JSX.Element {
  const number = (name: string, label: string, kind: 'whole' | 'any') => (
    <>
      <span class="inline-label">{label}</span>
      <SettledInput
        class="number-input"
        label={label}
        value={textOf(props.config[name])}
        readOnly={props.readOnly}
        inputMode="decimal"
        onCommit={(text) => {
          const value = numberValue(text, kind);
          if (value !== null) props.onSet(name, value);
        }}
      />
    </>
  );
  return (
    <div class="inline-fields">
      {number('max_tokens', t('limit.max_tokens'), 'whole')}
      {number('max_cost', t('limit.max_cost'), 'any')}
      <span class="inline-label">{t('limit.max_duration')}</span>
      <DurationInput
        value={props.config['max_duration']}
        label={t('limit.max_duration')}
        readOnly={props.readOnly}
        invalid={false}
        onChange={(value) => props.onSet('max_duration', value)}
      />
    </div>
  );
}

/** Plugins by alias; endpoint and settings of those that have them are kept. */
function Plugins(props: {
  value: Json | undefined;
  readOnly: boolean;
  onChange: (value: Json | undefined) => void;
}): JSX.Element {
  const rows = () => (Array.isArray(props.value) ? props.value : []);
  const alias = (row: Json) => (isObject(row) ? textOf(row['alias']) : textOf(row));
  const change = (names: string[]) => {
    const known = new Map(rows().map((row) => [alias(row), row]));
    props.onChange(
      listOrNone(
        names.map((name, index): Json => {
          const before = rows()[index];
          return known.get(name) ?? (isObject(before) ? { ...before, alias: name } : { alias: name });
        }),
      ),
    );
  };
  return (
    <OrderedList
      mono
      items={rows().map(alias)}
      label={t('plugins')}
      addLabel={t('addPlugin')}
      readOnly={props.readOnly}
      onChange={change}
    />
  );
}

const listOrNone = (items: Json[]): Json[] | undefined => (items.length === 0 ? undefined : items);

const MODE_TEXT = {
  stateless: 'mode.stateless',
  entity: 'mode.entity',
  singleton: 'mode.singleton',
} as const;

function Identity(props: {
  value: JsonObject;
  readOnly: boolean;
  onSet: (name: string, value: Json | undefined) => void;
}): JSX.Element {
  const mode = () => textOf(props.value['mode']) || 'stateless';
  return (
    <div class="stack" style={{ gap: '12px' }}>
      <div class="inline-fields">
        <span class="inline-label">{t('core.name')}</span>
        <SettledInput
          value={textOf(props.value['name'])}
          label={t('core.name')}
          readOnly={props.readOnly}
          onCommit={(text) => props.onSet('name', textValue(text.trim()))}
        />
        <span class="inline-label">{t('mode')}</span>
        <Select
          label={t('mode')}
          value={mode()}
          disabled={props.readOnly}
          onChange={(value) => props.onSet('mode', value)}
          options={(['stateless', 'entity', 'singleton'] as const).map((value) => ({
            value,
            label: t(MODE_TEXT[value]),
          }))}
        />
        <Show when={mode() === 'entity'}>
          <span class="inline-label">{t('entityKey')}</span>
          <SettledInput
            class="mono"
            value={textOf(props.value['entity_key'])}
            label={t('entityKey')}
            readOnly={props.readOnly}
            onCommit={(text) => props.onSet('entity_key', textValue(text.trim()))}
          />
        </Show>
      </div>
      <div class="field">
        <span class="field-label">{t('persona')}</span>
        <CodeEditor
          value={textOf(props.value['persona'])}
          mode="plain"
          prose
          label={t('persona')}
          commits="settled"
          minRows={2}
          maxRows={8}
          readOnly={props.readOnly}
          onCommit={(text) => props.onSet('persona', textValue(text))}
        />
      </div>
    </div>
  );
}
