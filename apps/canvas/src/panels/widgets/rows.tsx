import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js';
import { PLUGINS } from 'generated/plugins';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { CodeEditor } from '../code/CodeEditor';
import { textOf } from './codecs';
import type { Row } from './codecs';
import { rowsOf, rowsValue } from './codecs';
import { SettledInput } from './simple';
import type { WidgetProps } from './types';
import { scopeOf } from './types';
import { Grip } from './Grip';

interface Hint {
  name: string;
  required: boolean;
}

/** Rows of a map that the person edits; a new one without a name lives here until it has one. */
function createRows(props: WidgetProps): {
  rows: () => Row[];
  change: (index: number, row: Row) => void;
  add: (name?: string) => void;
  remove: (index: number) => void;
  move: (index: number, step: number) => void;
} {
  const [own, setOwn] = createSignal<Row[]>();
  const rows = createMemo(() => own() ?? rowsOf(props.value));
  createEffect(
    on(
      () => JSON.stringify(props.value ?? null),
      (given) => {
        setOwn((now) =>
          now && JSON.stringify(rowsValue(now, props.value) ?? null) === given ? now : undefined,
        );
      },
      { defer: true },
    ),
  );
  const write = (next: Row[]) => {
    setOwn(next);
    const value = rowsValue(next, props.value);
    if (JSON.stringify(value) !== JSON.stringify(props.value)) props.onChange(value);
  };
  return {
    rows,
    change: (index, row) => write(rows().map((old, at) => (at === index ? row : old))),
    add: (name = '') => setOwn([...rows(), { name, value: '' }]),
    remove: (index) => write(rows().filter((_, at) => at !== index)),
    move: (index, step) => {
      const next = [...rows()];
      const [row] = next.splice(index, 1);
      if (!row) return;
      next.splice(Math.max(0, Math.min(next.length, index + step)), 0, row);
      write(next);
    },
  };
}

function RowsEditor(props: WidgetProps & { mode: 'expr' | 'template'; hints: Hint[] }): JSX.Element {
  const state = createRows(props);
  const scope = () => scopeOf(props);
  const missing = () => props.hints.filter((hint) => !state.rows().some((row) => row.name === hint.name));
  const isRequired = (name: string) => props.hints.some((hint) => hint.name === name && hint.required);
  return (
    <div class="rows ruled">
      <Show when={!props.place.readOnly()}>
        <div class="schema-tools">
          <button
            type="button"
            class="icon-btn compact"
            aria-label={t('addRow')}
            onClick={() => state.add()}
          >
            <Icon name="plus" />
          </button>
        </div>
      </Show>
      <For each={state.rows().map((_, index) => index)}>
        {(index) => (
          <Show when={state.rows()[index]}>
            {(row) => (
              <div class="map-row">
                <Grip
                  name={row().name}
                  disabled={props.place.readOnly()}
                  onMove={(step) => state.move(index, step)}
                />
                <SettledInput
                  class="mono bare"
                  value={row().name}
                  label={t('rowName')}
                  placeholder={t('name.small')}
                  readOnly={props.place.readOnly()}
                  onCommit={(name) => state.change(index, { ...row(), name })}
                />
                <CodeEditor
                  value={row().value}
                  mode={props.mode}
                  label={t('valueOf', { name: row().name })}
                  commits="settled"
                  singleLine
                  maxRows={5}
                  readOnly={props.place.readOnly()}
                  scope={scope}
                  placeholder={isRequired(row().name) ? t('required') : ''}
                  problems={props.place
                    .problems()
                    .filter((item) => item.message.includes(`.${row().name}:`))}
                  onCommit={(value) => state.change(index, { ...row(), value })}
                />
                <button
                  type="button"
                  class="icon-btn compact row-remove"
                  aria-label={t('removeNamed', { name: row().name })}
                  disabled={props.place.readOnly()}
                  onClick={() => state.remove(index)}
                >
                  <Icon name="close" size={14} />
                </button>
              </div>
            )}
          </Show>
        )}
      </For>
      <Show when={!props.place.readOnly() && missing().length > 0}>
        <div class="row wrap">
          <For each={missing()}>
            {(hint) => (
              <button type="button" class="quiet mono" onClick={() => state.add(hint.name)}>
                {hint.name}
                <Show when={hint.required}>
                  <span class="muted"> {t('required')}</span>
                </Show>
              </button>
            )}
          </For>
        </div>
      </Show>
    </div>
  );
}

export function BindingsWidget(props: WidgetProps): JSX.Element {
  return <RowsEditor {...props} mode="expr" hints={[]} />;
}

/** Arguments by name; those of the method's signature are offered, the required ones said so. */
export function ArgsWidget(props: WidgetProps): JSX.Element {
  const hints = (): Hint[] => {
    if (props.field.name !== 'args') return [];
    const { config } = props.place.node();
    return [...(PLUGINS[textOf(config['plugin'])]?.methods[textOf(config['method'])]?.args ?? [])];
  };
  return <RowsEditor {...props} mode="template" hints={hints()} />;
}
