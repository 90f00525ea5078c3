import type { JSX } from 'solid-js';
import { createMemo, For, Show } from 'solid-js';
import type { Diagnostic } from '../api/types';
import type { CanvasSession } from '../editor/session';
import type { EdgeView } from '../model/flow';
import { categoryOf } from '../model/kinds';
import { Collapsible } from '../ui/Bits';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { CodeEditor } from './code/CodeEditor';
import type { Expressions } from './code/scope';
import { Grip } from './widgets/Grip';

interface ConnectionsProps {
  session: CanvasSession;
  expressions: () => Expressions | undefined;
  problemsOf: (edge: string) => readonly Diagnostic[];
  id: string;
  readOnly: () => boolean;
  onGo: (id: string) => void;
}

/** Edges in and out of a node; conditions are edited in place and the arms of a decision put in order. */
export function Connections(props: ConnectionsProps): JSX.Element {
  const { store } = props.session;
  const edges = (side: 'source' | 'target') =>
    store.edgeOrder
      .map((id) => store.edges[id])
      .filter((edge): edge is EdgeView => edge !== undefined && edge[side].node === props.id);
  const incoming = createMemo(() => edges('target'));
  const outgoing = createMemo(() => edges('source'));
  const move = (index: number, step: number) => {
    const ids = outgoing().map((edge) => edge.id);
    const [id] = ids.splice(index, 1);
    if (id === undefined) return;
    ids.splice(Math.max(0, Math.min(ids.length, index + step)), 0, id);
    props.session.writes.orderEdges(ids);
  };
  return (
    <Collapsible title={t('connections')} note={incoming().length + outgoing().length}>
      <div class="stack" style={{ gap: '4px' }}>
        <For each={incoming()}>
          {(edge) => <EdgeLine {...props} edge={edge} other={edge.source.node} side="in" />}
        </For>
        <For each={outgoing()}>
          {(edge, index) => (
            <EdgeLine
              {...props}
              edge={edge}
              other={edge.target.node}
              side="out"
              onMove={outgoing().length > 1 ? (step) => move(index(), step) : undefined}
            />
          )}
        </For>
        <Show when={incoming().length + outgoing().length === 0}>
          <span class="small muted">{t('connections.none')}</span>
        </Show>
      </div>
    </Collapsible>
  );
}

interface EdgeLineProps extends ConnectionsProps {
  edge: EdgeView;
  other: string;
  side: 'in' | 'out';
  onMove?: ((step: number) => void) | undefined;
}

function EdgeLine(props: EdgeLineProps): JSX.Element {
  const other = () => props.session.store.nodes[props.other];
  return (
    <div class="edge-line">
      <div class="row" style={{ gap: '4px' }}>
        <Show
          when={props.onMove}
          fallback={<span class="small muted edge-side">{t(props.side === 'in' ? 'from' : 'to')}</span>}
        >
          {(move) => <Grip name={other()?.label ?? ''} disabled={props.readOnly()} onMove={move()} />}
        </Show>
        <button type="button" class="line-button grow" onClick={() => props.onGo(props.other)}>
          <KindIcon kind={other()?.type ?? ''} category={categoryOf(other()?.type ?? '')} />
          <span class="cut">{other()?.label ?? props.other}</span>
        </button>
        <span class="small muted">{props.edge.type === 'data' ? t('edge.data') : ''}</span>
        <button
          type="button"
          class="icon-btn compact"
          aria-label={t('removeNamed', { name: other()?.label ?? '' })}
          disabled={props.readOnly()}
          onClick={() => props.session.writes.removeEdges([props.edge.id])}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      <Show when={props.edge.type === 'conditional' && props.side === 'out'}>
        <ConditionEditor {...props} problems={props.problemsOf(props.edge.id)} />
      </Show>
    </div>
  );
}

/** The condition of an edge: an expression, or a pattern where the decision matches a value. */
export function ConditionEditor(props: {
  session: CanvasSession;
  edge: EdgeView;
  readOnly: () => boolean;
  expressions: () => Expressions | undefined;
  problems: readonly Diagnostic[];
}): JSX.Element {
  const source = () => props.session.store.nodes[props.edge.source.node];
  const isPattern = () => source()?.config['style'] === 'match';
  const words = () =>
    isPattern() ? ['else', ...matchWords(props.session, props.edge.source.node)] : ['else'];
  return (
    <CodeEditor
      value={props.edge.condition ?? ''}
      mode="expr"
      label={t('condition')}
      commits="settled"
      singleLine
      maxRows={4}
      placeholder={t(isPattern() ? 'pattern' : 'condition')}
      readOnly={props.readOnly()}
      words={words}
      scope={() => (isPattern() ? undefined : props.expressions()?.at({ edge: props.edge.id }))}
      problems={props.problems}
      onCommit={(text) => props.session.writes.updateEdge(props.edge.id, { condition: text })}
    />
  );
}

/** Options that the subject of a match is known to take: those of the checkpoint or enum it reads. */
function matchWords(session: CanvasSession, decision: string): string[] {
  const before = session.store.edgeOrder
    .map((id) => session.store.edges[id])
    .find((edge) => edge?.target.node === decision);
  const config = session.store.nodes[before?.source.node ?? '']?.config;
  const direct = Array.isArray(config?.['options']) ? config['options'] : [];
  const sections = Array.isArray(config?.['sections']) ? config['sections'] : [];
  const own = sections.flatMap((section) =>
    section !== null &&
    typeof section === 'object' &&
    !Array.isArray(section) &&
    Array.isArray(section['options'])
      ? section['options']
      : [],
  );
  return [...direct, ...own].map((option) =>
    option !== null && typeof option === 'object' && !Array.isArray(option)
      ? String(option['id'])
      : String(option),
  );
}
