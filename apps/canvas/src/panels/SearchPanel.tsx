import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js';
import { reconcile } from 'solid-js/store';
import { bringIntoView } from '../editor/quickAdd';
import type { CanvasSession } from '../editor/session';
import { categoryOf } from '../model/kinds';
import type { Hit } from '../model/search';
import { hitsMax, readQuery, searchFlow } from '../model/search';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';

/**
 * Search in the flow (12 §8.2): the list of matches, which are lit on the canvas while others are dimmed.
 * Arrows step through them and bring each into view, Enter selects.
 */
export function SearchPanel(props: {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  onGo: (id: string) => void;
}): JSX.Element {
  const { store, context } = props.session;
  const [typed, setTyped] = createSignal('');
  const [at, setAt] = createSignal(0);
  let input: HTMLInputElement | undefined;
  const hits = createMemo((): Hit[] =>
    searchFlow(readQuery(typed()), {
      nodes: store.nodeOrder.flatMap((id) => store.nodes[id] ?? []),
      edges: store.edgeOrder.flatMap((id) => store.edges[id] ?? []),
      notes: [],
      problemsOf: (id) => props.diagnostics().byNode.get(id) ?? [],
    }),
  );
  const isAsked = () => typed().trim() !== '';
  createEffect(() => {
    const lit = Object.fromEntries(hits().map((hit) => [hit.id, true as const]));
    context.set('lit', isAsked() ? reconcile(lit) : null);
  });
  createEffect(on(typed, () => setAt(0)));
  onMount(() => input?.focus());
  onCleanup(() => context.set({ lit: null, hover: null }));
  const step = (by: 1 | -1) => {
    const count = hits().length;
    if (count === 0) return;
    setAt((at() + by + count) % count);
    const hit = hits()[at()];
    if (!hit) return;
    context.set('hover', null);
    context.set({ focus: hit.id, hover: { kind: hit.kind === 'edge' ? 'edge' : 'node', id: hit.id } });
    bringIntoView(context, hit.id);
    document.getElementById(rowId(at()))?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      step(event.key === 'ArrowDown' ? 1 : -1);
    }
    const hit = hits()[at()];
    if (event.key === 'Enter' && hit) props.onGo(hit.id);
  };
  return (
    <div class="stack grow search-panel" style={{ 'min-height': '0' }}>
      <div class="search-box palette-search">
        <Icon name="search" />
        <input
          ref={input}
          class="input"
          role="combobox"
          aria-expanded={hits().length > 0}
          aria-controls="search-hits"
          aria-activedescendant={hits().length > 0 ? rowId(at()) : undefined}
          placeholder={t('searchFlow')}
          aria-label={t('searchFlow')}
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="menu-note" role="status">
        {!isAsked() ? t('search.hint') : hits().length === 0 ? t('noMatches') : countText(hits().length)}
      </div>
      <div class="scroll grow outline" id="search-hits" role="listbox" aria-label={t('search.matches')}>
        <For each={hits()}>
          {(hit, index) => (
            <button
              type="button"
              role="option"
              id={rowId(index())}
              class="search-hit"
              aria-selected={index() === at()}
              tabIndex={-1}
              onClick={() => {
                setAt(index());
                props.onGo(hit.id);
              }}
            >
              <HitRow hit={hit} session={props.session} />
            </button>
          )}
        </For>
      </div>
    </div>
  );
}

const rowId = (index: number): string => `search-hit-${index}`;

const countText = (n: number): string =>
  n < hitsMax ? t('search.count', { n }) : t('search.countMax', { n: hitsMax });

function HitRow(props: { hit: Hit; session: CanvasSession }): JSX.Element {
  const { store } = props.session;
  const label = (id: string | undefined) => store.nodes[id ?? '']?.label ?? id ?? '';
  const edge = () => store.edges[props.hit.id];
  const type = () => store.nodes[props.hit.id]?.type ?? '';
  return (
    <>
      <Show
        when={props.hit.kind === 'node'}
        fallback={<Icon name={props.hit.kind === 'edge' ? 'link' : 'info'} />}
      >
        <KindIcon kind={type()} category={categoryOf(type())} size={14} />
      </Show>
      <span class="cut search-name">
        {edge()
          ? t('search.edge', { from: label(edge()?.source.node), to: label(edge()?.target.node) })
          : label(props.hit.id)}
      </span>
      <Show when={props.hit.where !== ''}>
        <span class="small muted cut">{props.hit.where}</span>
      </Show>
    </>
  );
}
