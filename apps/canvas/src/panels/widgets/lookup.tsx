import type { JSX } from 'solid-js';
import { createResource } from 'solid-js';
import { PLUGINS } from 'generated/plugins';
import { listCores } from '../../api/cores';
import { call } from '../../api/http';
import { Combobox } from '../../ui/Combobox';
import { t } from '../../ui/i18n';
import type { Option } from '../../ui/Select';
import { isObject, textOf, textValue } from './codecs';
import type { WidgetProps } from './types';
import { emptyMeans, isInvalid } from './types';

interface PickerProps extends WidgetProps {
  options: Option[];
  action?: { label: string; run: (typed: string) => void };
  emptyText?: string;
  mono?: boolean;
  showNote?: boolean;
}

function Picker(props: PickerProps): JSX.Element {
  return (
    <Combobox
      value={textOf(props.value)}
      options={props.options}
      label={props.field.label}
      disabled={props.place.readOnly()}
      invalid={isInvalid(props)}
      placeholder={emptyMeans(props.field)}
      mono={props.mono ?? true}
      showNote={props.showNote ?? false}
      emptyText={props.emptyText}
      onChange={(value) => props.onChange(textValue(value))}
      {...(props.action ? { action: props.action } : {})}
    />
  );
}

/** Declared model roles; a new one is added to the registry and chosen in one step. */
export function RoleWidget(props: WidgetProps): JSX.Element {
  const models = () => props.place.session.store.models;
  const options = () =>
    models().map((row): Option => ({
      value: row.role,
      label: row.role,
      note: row.temperature === undefined ? row.model : `${row.model} · temp. ${row.temperature}`,
    }));
  const value = () => props.value ?? props.place.node().config[props.field.alias ?? ''];
  const add = (typed: string) => {
    const { writes } = props.place.session;
    const role = newRole(
      models().map((row) => row.role),
      typed,
    );
    writes.transact('add model', () => {
      writes.setModels([
        ...models(),
        { role, ref: models()[0]?.ref ?? 'scaigrid', model: models()[0]?.model ?? 'openai/gpt-4o' },
      ]);
      props.onChange(role);
    });
  };
  return (
    <Picker
      {...props}
      value={value()}
      options={options()}
      showNote
      action={{ label: t('addModel'), run: add }}
    />
  );
}

/** `fast`, then `model_3` and so on (12 S9); a typed word is taken when it may be a role. */
export function newRole(taken: readonly string[], typed = ''): string {
  const wanted = typed
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');
  if (/^[a-z][a-z0-9_]*$/.test(wanted) && !taken.includes(wanted)) return wanted;
  if (taken.length === 0) return 'primary';
  if (!taken.includes('fast')) return 'fast';
  let n = taken.length + 1;
  while (taken.includes(`model_${n}`)) n += 1;
  return `model_${n}`;
}

interface Scope {
  id: string;
  slug: string;
  display_name: string;
}

export function ScopeWidget(props: WidgetProps): JSX.Element {
  const [scopes] = createResource(async () => (await call<{ data: Scope[] }>('/v1/scaiqueue/scopes')).data);
  const own = () => props.place.session.store.config['scaiqueue'];
  const inherited = () => {
    const queue = own();
    return isObject(queue) ? textOf(queue['scope']) : '';
  };
  const options = (): Option[] => {
    const found =
      scopes.state === 'ready'
        ? scopes().map((s) => ({ value: s.slug, label: s.slug, note: s.display_name }))
        : [];
    const flow = inherited();
    return flow !== '' && !found.some((o) => o.value === flow)
      ? [{ value: flow, label: flow, note: t('ofThisFlow') }, ...found]
      : found;
  };
  return <Picker {...props} options={options()} emptyText={t('scope.none')} />;
}

/** Queues the flow declares; another name is allowed and can be declared at once. */
export function QueueWidget(props: WidgetProps): JSX.Element {
  const queues = () => props.place.session.store.queues;
  const options = () =>
    queues().map((row): Option => ({
      value: row.slug,
      label: row.slug,
      note: row.purpose ?? row.display_name ?? '',
    }));
  const declare = (typed: string) => {
    const { writes, store } = props.place.session;
    const slug =
      typed
        .trim()
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'queue';
    writes.transact('declare queue', () => {
      if (!isObject(store.config['scaiqueue']))
        writes.setConfig(['scaiqueue'], { scope: slugOf(store.meta.name) });
      if (!queues().some((row) => row.slug === slug)) writes.setQueues([...queues(), { slug }]);
      props.onChange(slug);
    });
  };
  return (
    <Picker
      {...props}
      options={options()}
      emptyText={t('queue.none')}
      action={{ label: t('declareQueue'), run: declare }}
    />
  );
}

export function slugOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 63) || 'flow'
  );
}

export function PluginWidget(props: WidgetProps): JSX.Element {
  const declared = () => {
    const rows = props.place.session.store.config['plugins'];
    return (Array.isArray(rows) ? rows : []).map((row) =>
      isObject(row) ? textOf(row['alias']) : textOf(row),
    );
  };
  const options = () =>
    [...new Set([...declared(), ...Object.keys(PLUGINS)])]
      .filter((name) => name !== '')
      .map((name): Option => ({ value: name, label: name, note: name in PLUGINS ? t('builtIn') : '' }));
  return <Picker {...props} options={options()} />;
}

export function MethodWidget(props: WidgetProps): JSX.Element {
  const methods = () => PLUGINS[textOf(props.place.node().config['plugin'])]?.methods ?? {};
  const options = () =>
    Object.entries(methods()).map(([name, spec]): Option => ({
      value: name,
      label: name,
      note: spec.args.map((arg) => arg.name + (arg.required ? '' : '?')).join(', '),
    }));
  return <Picker {...props} options={options()} emptyText={t('method.none')} />;
}

export function CoreWidget(props: WidgetProps): JSX.Element {
  const [cores] = createResource(async () => (await listCores()).items);
  const options = () =>
    (cores.state === 'ready' ? cores() : []).map((core): Option => {
      const tenant = (core as { tenant_slug?: string }).tenant_slug ?? 'local';
      return {
        value: `core://${tenant}/${core.slug}`,
        label: `core://${tenant}/${core.slug}`,
        note: core.name,
      };
    });
  return <Picker {...props} options={options()} emptyText={t('core.none')} />;
}

export function VariableWidget(props: WidgetProps): JSX.Element {
  const variables = () => props.place.session.store.variables;
  const options = () =>
    variables().map((row): Option => ({ value: row.name, label: row.name, note: row.type ?? '' }));
  const declare = (typed: string) => {
    const { writes } = props.place.session;
    const base =
      typed
        .trim()
        .replace(/[^A-Za-z0-9_]/g, '_')
        .replace(/^(?=\d)/, '_') || 'value';
    writes.transact('declare variable', () => {
      if (!variables().some((row) => row.name === base))
        writes.setVariables([...variables(), { name: base }]);
      props.onChange(base);
    });
  };
  return (
    <Picker
      {...props}
      options={options()}
      emptyText={t('variable.none')}
      action={{ label: t('declareVariable'), run: declare }}
    />
  );
}

export function ZoneWidget(props: WidgetProps): JSX.Element {
  const zones = (): Option[] =>
    ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => ({ value: zone, label: zone }));
  return <Picker {...props} options={zones()} mono={false} />;
}
