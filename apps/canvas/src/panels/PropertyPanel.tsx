import type { KindSpec, WidgetId } from 'generated/kinds';
import type { JSX } from 'solid-js';
import { createMemo, For, Match, Show, Switch, untrack } from 'solid-js';
import type { RunState } from '../debugger/runState';
import { renameResult } from '../editor/renameResult';
import type { CanvasSession } from '../editor/session';
import type { JsonObject, NodeView } from '../model/flow';
import { bindingOf, categoryOf, defaultBinding, kindOf } from '../model/kinds';
import type { Diagnostic } from '../api/types';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { fieldOf as fieldOfProblem } from '../preview/diagnostics';
import type { WasmPreview } from '../preview/wasmClient';
import { Collapsible, copyText } from '../ui/Bits';
import { duration } from '../ui/format';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Menu } from '../ui/Menu';
import { Connections } from './Connections';
import { EdgePanel } from './EdgePanel';
import type { PanelPlace } from './FieldView';
import { FieldView, FoldedField, Problems, SmallFields } from './FieldView';
import { FlowSettings } from './FlowSettings';
import { LastRun } from './LastRun';
import type { Expressions } from './code/scope';
import { expressionsOf } from './code/scope';
import { layoutOf } from './layout';
import { Ports } from './Ports';
import { UnknownKind } from './UnknownKind';
import { UsedBy, usersOf } from './UsedBy';
import { LARGE } from './widgets/registry';
import { SettledInput } from './widgets/simple';

const noProblems: readonly Diagnostic[] = [];

interface PropertyPanelProps {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  readOnly: () => boolean;
  run?: RunState | undefined;
  /** The compiler in the page, while it is there. */
  compiler?: () => WasmPreview | undefined;
  onGo: (id: string) => void;
}

type NodeProps = PropertyPanelProps & { expressions: () => Expressions | undefined; id: string };

/** S4: what is selected, field by field; the flow itself when nothing is. */
export function PropertyPanel(props: PropertyPanelProps): JSX.Element {
  const { store, editor } = props.session;
  const chosen = createMemo(() => {
    const ids = Object.keys(editor.selection);
    return ids.length === 1 ? ids[0] : ids.length === 0 ? undefined : '';
  });
  const many = () => Object.keys(editor.selection).length;
  const expressions = () => expressionsOf(props.compiler?.(), store, () => props.run);
  return (
    <Switch
      fallback={
        <FlowSettings session={props.session} diagnostics={props.diagnostics} readOnly={props.readOnly} />
      }
    >
      <Match when={chosen() === ''}>
        <div class="panel-head">
          <span class="strong">{t('selected', { n: many() })}</span>
        </div>
        <div class="empty">{t('selected.text')}</div>
      </Match>
      <Match when={chosen() !== undefined && store.nodes[chosen() ?? ''] !== undefined && chosen()} keyed>
        {(id) => <NodePanel {...props} expressions={expressions} id={id} />}
      </Match>
      <Match when={chosen() !== undefined && store.edges[chosen() ?? ''] !== undefined && chosen()} keyed>
        {(id) => (
          <EdgePanel
            session={props.session}
            id={id}
            readOnly={props.readOnly}
            expressions={expressions}
            diagnostics={props.diagnostics}
            onGo={props.onGo}
          />
        )}
      </Match>
    </Switch>
  );
}

function NodePanel(props: NodeProps): JSX.Element {
  const { store } = props.session;
  let last = store.nodes[props.id];
  const opened = untrack(() => ({ ...last?.config }));
  /** Keeps the node's last state while the panel of a deleted node goes away. */
  const node = () => {
    last = store.nodes[props.id] ?? last;
    if (!last) throw new Error(`node ${props.id} is gone`);
    return last;
  };
  const kind = () => kindOf(node().type);
  const problems = createMemo(() => props.diagnostics().byNode.get(props.id) ?? noProblems);
  const { session, readOnly } = props;
  const place: PanelPlace = { session, node, readOnly, problems, expressions: props.expressions };
  const loose = () => {
    const names = new Set([...(kind()?.fields.map((field) => field.name) ?? []), 'label']);
    return problems().filter((item) => !names.has(fieldOfProblem(item) ?? ''));
  };
  return (
    <>
      <NodeHead session={props.session} id={props.id} readOnly={props.readOnly} />
      <div class="panel-body scroll">
        <Show when={loose().length > 0}>
          <div class="panel-section">
            <Problems list={loose()} />
          </div>
        </Show>
        <Names place={place} entry={kind()?.entry === true} />
        <Show when={kind()} fallback={<UnknownKind place={place} />}>
          {(known) => <Fields kind={known()} place={place} opened={opened} />}
        </Show>
        <Around {...props} node={node} />
      </div>
    </>
  );
}

/** What others call the node, and its result. */
function Names(props: { place: PanelPlace; entry: boolean }): JSX.Element {
  const { writes } = props.place.session;
  const node = () => props.place.node();
  const binding = () => (typeof node().config['result_binding'] === 'string' ? bindingOf(node()) : '');
  const setBinding = async (text: string) => {
    const { session, expressions } = props.place;
    const n = await renameResult(session, node().id, text.trim(), expressions?.()?.rename);
    if (n > 0) session.announce(t('resultName.uses', { n }));
  };
  return (
    <div class="panel-section two-columns">
      <label class="field">
        <span class="field-label">{t('label')}</span>
        <SettledInput
          value={node().label}
          label={t('label')}
          readOnly={props.place.readOnly()}
          maxLength={200}
          onCommit={(text) => writes.setNodeLabel(node().id, text)}
        />
      </label>
      <Show when={!props.entry}>
        <div class="field" data-field="result_binding">
          <span class="field-label">{t('resultName')}</span>
          <SettledInput
            class="mono"
            value={binding()}
            placeholder={defaultBinding(node().id)}
            label={t('resultName')}
            readOnly={props.place.readOnly()}
            invalid={props.place.problems().some((item) => item.code === 'F122' || item.code === 'F123')}
            onCommit={(text) => void setBinding(text)}
          />
        </div>
      </Show>
    </div>
  );
}

/** The fields of the kind, in the sections of `layoutOf`. */
function Fields(props: { kind: KindSpec; place: PanelPlace; opened: JsonObject }): JSX.Element {
  const layout = createMemo(() => layoutOf(props.kind, props.place.node().config, props.opened));
  return (
    <>
      <For each={layout().sections}>
        {(section) => (
          <Switch>
            <Match when={section.look === 'small'}>
              <div class="panel-section">
                <SmallFields fields={section.fields} place={props.place} />
              </div>
            </Match>
            <Match when={section.look === 'large' && section.fields[0]}>
              {(field) => (
                <div class="panel-section">
                  <FieldView field={field()} place={props.place} look="stacked" />
                </div>
              )}
            </Match>
            <Match when={section.look === 'folded' && section.fields[0]}>
              {(field) => <FoldedField field={field()} place={props.place} />}
            </Match>
          </Switch>
        )}
      </For>
      <Show when={layout().more.length > 0}>
        <Collapsible title={t('moreFields')} note={layout().more.length}>
          <div class="stack" style={{ gap: '12px' }}>
            <For each={layout().more}>
              {(field) => (
                <Show
                  when={isLarge(field.widget)}
                  fallback={<SmallFields fields={[field]} place={props.place} />}
                >
                  <FieldView field={field} place={props.place} look="stacked" />
                </Show>
              )}
            </For>
          </div>
        </Collapsible>
      </Show>
    </>
  );
}

/** What is around the node: its ports and edges, who uses its result, what it did last. */
function Around(props: NodeProps & { node: () => NodeView }): JSX.Element {
  const { store } = props.session;
  const used = createMemo(() => usersOf(store, props.id));
  return (
    <>
      <Show when={kindOf(props.node().type)?.portsEditable}>
        <Collapsible title={t('ports')}>
          <Ports session={props.session} node={props.node} readOnly={props.readOnly} />
        </Collapsible>
      </Show>
      <Connections {...props} problemsOf={(edge) => props.diagnostics().byEdge.get(edge) ?? noProblems} />
      <Show when={used().length > 0}>
        <Collapsible title={t('usedBy')} note={used().length}>
          <UsedBy ids={used()} store={store} onGo={props.onGo} />
        </Collapsible>
      </Show>
      <Show when={props.run?.nodes[props.id]}>
        {(ran) => (
          <Collapsible title={t('lastRun')} note={duration(ran().durationMs)}>
            <LastRun run={props.run} id={props.id} />
          </Collapsible>
        )}
      </Show>
    </>
  );
}

/** The role has its label above it although it is small. */
const isLarge = (widget: WidgetId): boolean => LARGE.has(widget) || widget === 'role';

function NodeHead(props: { session: CanvasSession; id: string; readOnly: () => boolean }): JSX.Element {
  const node = () => props.session.store.nodes[props.id];
  const breakpoint = () => node()?.config['breakpoint'] === true;
  const run = (command: string) => {
    props.session.select([props.id]);
    props.session.commands.run(command);
  };
  return (
    <div class="panel-head">
      <KindIcon kind={node()?.type ?? ''} category={categoryOf(node()?.type ?? '')} />
      <span class="strong cut">{kindOf(node()?.type ?? '')?.title ?? node()?.type}</span>
      <span class="mono muted small cut grow">{props.id}</span>
      <a class="icon-btn compact" href="/help" target="_blank" rel="noopener" aria-label={t('help')}>
        <Icon name="help" />
      </a>
      <Menu
        class="icon-btn compact"
        label={t('more')}
        placement="bottom-end"
        items={[
          { label: t('copyId'), icon: 'copy', run: () => void copyText(props.id) },
          {
            label: t('duplicate'),
            icon: 'copy',
            keys: 'Mod+D',
            disabled: props.readOnly(),
            run: () => run('edit.duplicate'),
          },
          {
            label: t('breakpoint'),
            keys: 'B',
            checked: breakpoint(),
            disabled: props.readOnly(),
            run: () =>
              props.session.writes.setNodeConfig(props.id, 'breakpoint', breakpoint() ? undefined : true),
          },
          'line',
          {
            label: t('delete'),
            icon: 'trash',
            keys: 'Delete',
            danger: true,
            disabled: props.readOnly(),
            run: () => run('edit.delete'),
          },
        ]}
      >
        <Icon name="more" />
      </Menu>
    </div>
  );
}
