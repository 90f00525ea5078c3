import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { VariableRow } from '../model/flow';
import { Switch } from '../ui/Bits';
import { Combobox } from '../ui/Combobox';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { parseJson, textOf } from './widgets/codecs';
import { TYPE_CHOICES } from './widgets/schemaModel';
import { SettledInput } from './widgets/simple';

/** Named slots of the flow: what they hold, what they start with. */
export function VariablesEditor(props: { session: CanvasSession; readOnly: () => boolean }): JSX.Element {
  const { store, writes } = props.session;
  const rows = () => store.variables;
  const change = (index: number, row: VariableRow) =>
    writes.setVariables(rows().map((old, at) => (at === index ? row : old)));
  const add = () => {
    const taken = new Set(rows().map((row) => row.name));
    let n = 1;
    while (taken.has(`value_${n}`)) n += 1;
    writes.setVariables([...rows(), { name: `value_${n}`, type: 'string' }]);
  };
  return (
    <div class="rows">
      <For each={rows().map((_, index) => index)}>
        {(index) => (
          <Show when={rows()[index]}>
            {(row) => (
              <VariableView
                row={row()}
                readOnly={props.readOnly()}
                onChange={(next) => change(index, next)}
                onRemove={() => writes.setVariables(rows().filter((_, at) => at !== index))}
              />
            )}
          </Show>
        )}
      </For>
      <Show when={!props.readOnly()}>
        <button type="button" class="quiet row" onClick={add}>
          <Icon name="plus" size={14} />
          {t('addVariable')}
        </button>
      </Show>
    </div>
  );
}

function VariableView(props: {
  row: VariableRow;
  readOnly: boolean;
  onChange: (row: VariableRow) => void;
  onRemove: () => void;
}): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const set = <K extends keyof VariableRow>(name: K, value: VariableRow[K] | undefined) => {
    const next = { ...props.row };
    if (value === undefined) delete next[name];
    else next[name] = value;
    props.onChange(next);
  };
  const setDefault = (text: string) => {
    const parsed = parseJson(text);
    const wantsText = props.row.type === undefined || props.row.type.startsWith('string');
    set('default', text === '' ? undefined : wantsText || !parsed.ok ? text : parsed.value);
  };
  return (
    <div class="model-row">
      <div class="model-line">
        <SettledInput
          class="mono"
          value={props.row.name}
          label={t('name')}
          readOnly={props.readOnly}
          onCommit={(text) => text.trim() !== '' && set('name', text.trim())}
        />
        <Combobox
          mono
          value={props.row.type ?? ''}
          placeholder={t('anyType')}
          label={t('typeOf', { name: props.row.name })}
          disabled={props.readOnly}
          options={TYPE_CHOICES.map((value) => ({ value, label: value }))}
          onChange={(value) => set('type', value === '' ? undefined : value)}
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
        <div class="inline-fields">
          <span class="inline-label">{t('default')}</span>
          <SettledInput
            class="mono"
            value={textOf(props.row.default)}
            label={t('default')}
            readOnly={props.readOnly}
            onCommit={setDefault}
          />
          <span class="inline-label">{t('description')}</span>
          <SettledInput
            value={props.row.description ?? ''}
            label={t('description')}
            readOnly={props.readOnly}
            onCommit={(text) => set('description', text === '' ? undefined : text)}
          />
          <span class="inline-label">{t('persist')}</span>
          <span class="row" style={{ height: '28px' }}>
            <Switch
              label={t('persist')}
              checked={props.row.persist === true}
              disabled={props.readOnly}
              onChange={(on) => set('persist', on ? true : undefined)}
            />
          </span>
        </div>
        <div>
          <button type="button" class="btn danger" disabled={props.readOnly} onClick={props.onRemove}>
            {t('removeVariable')}
          </button>
        </div>
      </Show>
    </div>
  );
}
