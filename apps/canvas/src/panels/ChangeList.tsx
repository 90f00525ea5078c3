import type { JSX } from 'solid-js';
import { For, Match, Show, Switch } from 'solid-js';
import type { Change, FieldChange, Hunk } from '../model/difference';
import { fieldsOf, isPosition, markOf } from '../model/difference';
import type { Json } from '../model/flow';
import { categoryOf, fieldOf } from '../model/kinds';
import { KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';

const MARK = {
  added: { sign: '+', text: 'diff.added' },
  removed: { sign: '−', text: 'diff.removed' },
  changed: { sign: '~', text: 'diff.changed' },
  moved: { sign: '→', text: 'diff.moved' },
} as const;

/** Steps are known by their icons. */
const ENTITY = {
  flow: 'diff.flow',
  node: undefined,
  edge: 'diff.connection',
  variable: 'diff.variable',
  test: 'diff.test',
  model: 'diff.model',
  plugin: 'diff.plugin',
  queue: 'diff.queue',
  item: 'diff.item',
} as const;

/** What a change is of, for people. */
export interface ChangeSubject {
  /** Kind of the step; empty for anything else. */
  type: string;
  name: string;
}

/** Every change of a flow with its fields; texts by words (12 §6, S12). */
export function ChangeList(props: {
  changes: readonly Change[];
  chosen: Change | undefined;
  subjectOf: (change: Change) => ChangeSubject;
  onChoose: (change: Change) => void;
}): JSX.Element {
  return (
    <ol class="change-list" aria-label={t('compare.differences')}>
      <For each={props.changes}>
        {(change) => (
          <li class="change-entry" data-change={markOf(change)}>
            <button
              type="button"
              class="change-head"
              aria-current={change === props.chosen ? 'true' : undefined}
              onClick={() => props.onChoose(change)}
            >
              <Head change={change} subject={props.subjectOf(change)} />
            </button>
            <Fields change={change} type={props.subjectOf(change).type} />
          </li>
        )}
      </For>
    </ol>
  );
}

function Head(props: { change: Change; subject: ChangeSubject }): JSX.Element {
  const mark = () => MARK[markOf(props.change)];
  return (
    <>
      <span class="change-sign" aria-hidden="true">
        {mark().sign}
      </span>
      <Show when={props.subject.type}>
        {(type) => <KindIcon kind={type()} category={categoryOf(type())} />}
      </Show>
      <span class="cut strong grow">{props.subject.name}</span>
      <Show when={ENTITY[props.change.entity]}>
        {(entity) => <span class="small muted">{t(entity())}</span>}
      </Show>
      <span class="small change-word">{t(mark().text)}</span>
    </>
  );
}

function Fields(props: { change: Change; type: string }): JSX.Element {
  const places = () => (props.change.fields ?? []).some(isPosition) && markOf(props.change) === 'changed';
  return (
    <dl class="change-fields">
      <For each={fieldsOf(props.change)}>
        {(field) => (
          <>
            <dt class="small muted">{labelOf(props.type, field)}</dt>
            <dd>
              <FieldBody field={field} />
            </dd>
          </>
        )}
      </For>
      <Show when={places()}>
        <dt class="small muted">{t('diff.place')}</dt>
        <dd>{t('diff.elsewhere')}</dd>
      </Show>
      <Show when={props.change.behind !== undefined && !isOneSided(props.change)}>
        <dt class="small muted">{t('diff.order')}</dt>
        <dd>{t('diff.otherOrder')}</dd>
      </Show>
    </dl>
  );
}

const isOneSided = ({ change }: Change): boolean => change === 'added' || change === 'removed';

/** The label of the panel where the field has one, with what is inside of it. */
function labelOf(type: string, { at, path }: FieldChange): string {
  const [first = '', field = '', ...inside] = at;
  const label = first === 'config' ? fieldOf(type, field)?.label : undefined;
  return label ? [label, ...inside].join(' · ') : path;
}

function FieldBody(props: { field: FieldChange }): JSX.Element {
  return (
    <Switch
      fallback={
        <>
          <Show when={props.field.before !== undefined}>
            <del class="change-value">{shown(props.field.before, props.field.change)}</del>
          </Show>
          <Show when={props.field.after !== undefined}>
            <ins class="change-value">{shown(props.field.after, props.field.change)}</ins>
          </Show>
        </>
      }
    >
      <Match when={props.field.change === 'reordered'}>{t('diff.otherOrder')}</Match>
      <Match when={props.field.text}>{(hunks) => <Words hunks={hunks()} />}</Match>
      <Match when={props.field.items}>{(hunks) => <Items hunks={hunks()} />}</Match>
    </Switch>
  );
}

function Words(props: { hunks: readonly Hunk<string>[] }): JSX.Element {
  return (
    <p class="change-words">
      <For each={props.hunks}>
        {(hunk, index) => (
          <Switch>
            <Match when={'add' in hunk && hunk.add}>{(text) => <ins>{cut(text())}</ins>}</Match>
            <Match when={'remove' in hunk && hunk.remove}>{(text) => <del>{cut(text())}</del>}</Match>
            <Match when={'keep' in hunk && hunk.keep}>
              {(text) => <>{around(text(), index() > 0, index() < props.hunks.length - 1)}</>}
            </Match>
          </Switch>
        )}
      </For>
    </p>
  );
}

function Items(props: { hunks: readonly Hunk<Json[], number>[] }): JSX.Element {
  return (
    <For each={props.hunks}>
      {(hunk) => (
        <Switch>
          <Match when={'add' in hunk && hunk.add}>
            {(items) => <For each={items()}>{(item) => <ins class="change-value">{shown(item)}</ins>}</For>}
          </Match>
          <Match when={'remove' in hunk && hunk.remove}>
            {(items) => <For each={items()}>{(item) => <del class="change-value">{shown(item)}</del>}</For>}
          </Match>
          <Match when={'keep' in hunk && hunk.keep}>
            {(n) => <span class="small muted">{t('diff.kept', { n: n() })}</span>}
          </Match>
        </Switch>
      )}
    </For>
  );
}

const VALUE_MAX = 2000;
const WHOLE_MAX = 160;
const AROUND = 60;

const cut = (text: string, most = VALUE_MAX): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** What changed is read closely; of what is new or gone a line tells what it is. */
function shown(value: Json | undefined, change: Change['change'] = 'changed'): string {
  const isWhole = change !== 'changed';
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, isWhole ? 0 : 2);
  return cut(text, isWhole ? WHOLE_MAX : VALUE_MAX);
}

/** Of what stays, only the words around a change. */
function around(text: string, isAfter: boolean, isBefore: boolean): string {
  const room = (isAfter ? AROUND : 0) + (isBefore ? AROUND : 0);
  if (text.length <= room + 1) return text;
  return `${isAfter ? `${text.slice(0, AROUND)} ` : ''}…${isBefore ? ` ${text.slice(-AROUND)}` : ''}`;
}
