import type { JSX } from 'solid-js';
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { NodeView } from '../model/flow';
import { categoryOf, kindTitle } from '../model/kinds';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';

interface Hit {
  id: string;
  where: string;
}

const HITS_MAX = 200;

/**
 * Nodes by label, id, kind and the text of their config; `type:`, `role:`, `queue:` and `problem:` narrow.
 */
export function SearchPanel(props: {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  onGo: (id: string) => void;
}): JSX.Element {
  const { store } = props.session;
  const [typed, setTyped] = createSignal('');
  const hits = createMemo((): Hit[] => {
    const query = readQuery(typed());
    if (typed().trim() === '') return [];
    const found: Hit[] = [];
    for (const id of store.nodeOrder) {
      const node = store.nodes[id];
      const where = node
        ? match(
            node,
            query,
            (props.diagnostics().byNode.get(id) ?? []).map((d) => `${d.code} ${d.message}`).join(' '),
          )
        : undefined;
      if (where !== undefined) found.push({ id, where });
      if (found.length >= HITS_MAX) break;
    }
    return found;
  });
  return (
    <div class="stack grow" style={{ 'min-height': '0' }}>
      <div class="search-box palette-search">
        <Icon name="search" />
        <input
          class="input"
          placeholder={t('searchFlow')}
          aria-label={t('searchFlow')}
          value={typed()}
          autofocus
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = hits()[0];
            if (event.key === 'Enter' && first) props.onGo(first.id);
          }}
        />
      </div>
      <div class="scroll grow outline">
        <For
          each={hits()}
          fallback={<div class="menu-note">{typed() === '' ? t('search.hint') : t('noMatches')}</div>}
        >
          {(hit) => (
            <button type="button" class="search-hit" onClick={() => props.onGo(hit.id)}>
              <KindIcon
                kind={store.nodes[hit.id]?.type ?? ''}
                category={categoryOf(store.nodes[hit.id]?.type ?? '')}
                size={14}
              />
              <span class="cut">{store.nodes[hit.id]?.label}</span>
              <Show when={hit.where !== ''}>
                <span class="small muted cut">{hit.where}</span>
              </Show>
            </button>
          )}
        </For>
      </div>
    </div>
  );
}

interface Query {
  words: string[];
  filters: [string, string][];
}

export function readQuery(text: string): Query {
  const filters: [string, string][] = [];
  const rest = text
    .toLowerCase()
    .replace(/\b(type|role|queue|problem):(\S*)/g, (_, name: string, value: string) => {
      filters.push([name, value]);
      return ' ';
    });
  return { words: rest.split(/\s+/).filter((word) => word !== ''), filters };
}

/** Where a node matches: a piece of its text, empty for its name; undefined when it does not. */
export function match(node: NodeView, query: Query, problems: string): string | undefined {
  const config = JSON.stringify(node.config);
  for (const [name, value] of query.filters) {
    const held =
      name === 'type'
        ? `${node.type} ${kindTitle(node.type)}`
        : name === 'role'
          ? String(node.config['llm_role'] ?? '')
          : name === 'queue'
            ? String(node.config['queue'] ?? '')
            : problems;
    if (!held.toLowerCase().includes(value) || held.trim() === '') return undefined;
  }
  const head = `${node.label} ${node.id} ${kindTitle(node.type)}`.toLowerCase();
  if (query.words.every((word) => head.includes(word))) return '';
  const whole = `${head} ${config}`.toLowerCase();
  if (!query.words.every((word) => whole.includes(word))) return undefined;
  const at = config.toLowerCase().indexOf(query.words.find((word) => !head.includes(word)) ?? '');
  return config.slice(Math.max(0, at - 16), at + 32).replace(/\\n/g, ' ');
}
