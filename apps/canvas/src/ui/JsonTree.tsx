import type { JSX } from 'solid-js';
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import { Icon } from './Icon';
import { t } from './i18n';

interface JsonTreeProps {
  /** The value; an object's members become the first rows. */
  value: unknown;
  /** Levels that start open. */
  open?: number;
  /** Called with a value when a row asks for it, e.g. to go to a node; undefined = nothing to do. */
  linkOf?: ((key: string, value: unknown) => (() => void) | undefined) | undefined;
  /** Members to be marked, by their path joined with `/`; the value itself is the empty path. */
  isMarked?: (path: string) => boolean;
}

const ROWS_MAX = 500;

/** A JSON value as rows that fold: keys and values coloured, long texts cut. */
export function JsonTree(props: JsonTreeProps): JSX.Element {
  const isBranch = () => props.value !== null && typeof props.value === 'object';
  return (
    <div class="tree" role="tree">
      <Show
        when={isBranch()}
        fallback={<Leaf {...props} name={undefined} depth={0} path="" linkOf={undefined} />}
      >
        <Members {...props} depth={0} path="" open={props.open ?? 1} linkOf={props.linkOf} />
      </Show>
    </div>
  );
}

interface RowProps {
  name: string | undefined;
  value: unknown;
  depth: number;
  path: string;
  linkOf: JsonTreeProps['linkOf'];
  isMarked?: JsonTreeProps['isMarked'];
}

function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item as unknown]);
  return value !== null && typeof value === 'object' ? Object.entries(value) : [];
}

const pathTo = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

function Members(props: Omit<RowProps, 'name'> & { open: number }): JSX.Element {
  const [limit, setLimit] = createSignal(ROWS_MAX);
  const entries = () => entriesOf(props.value);
  return (
    <>
      <For each={entries().slice(0, limit())}>
        {([name, value]) => (
          <Show
            when={value !== null && typeof value === 'object' && entriesOf(value).length > 0}
            fallback={<Leaf {...props} name={name} value={value} path={pathTo(props.path, name)} />}
          >
            <Branch {...props} name={name} value={value} path={pathTo(props.path, name)} />
          </Show>
        )}
      </For>
      <Show when={entries().length > limit()}>
        <button type="button" class="btn link small" onClick={() => setLimit(limit() + ROWS_MAX)}>
          {t('more.rows', { n: entries().length - limit() })}
        </button>
      </Show>
    </>
  );
}

function Branch(props: RowProps & { open: number }): JSX.Element {
  const [open, setOpen] = createSignal(props.depth < props.open);
  const size = () =>
    Array.isArray(props.value) ? `[${entriesOf(props.value).length}]` : `{${entriesOf(props.value).length}}`;
  return (
    <>
      <button
        type="button"
        class="tree-row"
        classList={{ marked: props.isMarked?.(props.path) === true }}
        role="treeitem"
        aria-expanded={open()}
        style={{ 'padding-left': `${props.depth * 14}px` }}
        onClick={() => setOpen(!open())}
      >
        <span class="twist">
          <Icon name={open() ? 'chevron-down' : 'chevron-right'} size={12} />
        </span>
        <span class="key">{props.name}:</span>
        <span class="val muted">{size()}</span>
      </button>
      <Show when={open()}>
        <div role="group">
          <Members {...props} depth={props.depth + 1} />
        </div>
      </Show>
    </>
  );
}

function Leaf(props: RowProps): JSX.Element {
  const link = () => props.linkOf?.(props.name ?? '', props.value);
  return (
    <div
      class="tree-row"
      classList={{ marked: props.isMarked?.(props.path) === true }}
      role="treeitem"
      style={{ 'padding-left': `${props.depth * 14 + 14}px` }}
    >
      <Show when={props.name !== undefined}>
        <span class="key">{props.name}:</span>
      </Show>
      <Show when={link()} fallback={<Value value={props.value} />}>
        {(go) => (
          <button type="button" class="btn link val mono" onClick={() => go()()}>
            <Value value={props.value} />
          </button>
        )}
      </Show>
    </div>
  );
}

/** Masked secrets arrive as the text `***`; they are shown as what they are. */
function Value(props: { value: unknown }): JSX.Element {
  return (
    <Switch fallback={<span class="val tok-number">{JSON.stringify(props.value)}</span>}>
      <Match when={isMasked(props.value)}>
        <span class="val muted">•••••••• {t('masked')}</span>
      </Match>
      <Match when={typeof props.value === 'string'}>
        <span class="val tok-string" title={String(props.value).slice(0, 2000)}>
          {JSON.stringify(props.value).slice(0, 400)}
        </span>
      </Match>
      <Match when={props.value !== null && typeof props.value === 'object'}>
        <span class="val muted">{Array.isArray(props.value) ? '[]' : '{}'}</span>
      </Match>
      <Match when={props.value === undefined}>
        <span class="val muted">{t('value.absent')}</span>
      </Match>
    </Switch>
  );
}

/** True for a value the server has masked (a secret, or one this reader may not see). */
export function isMasked(value: unknown): boolean {
  if (typeof value === 'string') return /^\*{3,}$/.test(value);
  return (
    value !== null &&
    typeof value === 'object' &&
    'type' in value &&
    value.type === 'secret' &&
    'set' in value
  );
}
