import type { Diagnostic } from '../api/types';
import type { CanvasSession } from '../editor/session';
import { t } from '../ui/i18n';
import { isObject } from './widgets/codecs';
import { slugOf } from './widgets/lookup';

export interface QuickFix {
  label: string;
  run: () => void;
}

/** What can be done about a problem at once. Each is one undo step. */
export function quickFixes(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const make = makers[item.code];
  return make ? make(item, session) : [];
}

type Maker = (item: Diagnostic, session: CanvasSession) => QuickFix[];

const makers: Record<string, Maker> = {
  F211: undeclaredQueue,
  F401: undeclaredRole,
  F219: undeclaredVariable,
  F304: misspelt,
  F209: noScope,
  F115: noElse,
};

/** The closest of some words, within two edits. */
export function nearest(word: string, among: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const other of among) {
    const d = distance(word, other);
    if (d < bestDistance) [best, bestDistance] = [other, d];
  }
  return best;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 9;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 9;
}

function undeclaredQueue(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const { store, writes } = session;
  const id = item.node_id ?? '';
  const name = /queue '([^']+)'/.exec(item.message)?.[1];
  if (!name) return [];
  const close =
    nearest(
      name,
      store.queues.map((row) => row.slug),
    ) ?? store.queues[0]?.slug;
  const declare = () =>
    writes.transact('declare queue', () => {
      if (!isObject(store.config['scaiqueue']))
        writes.setConfig(['scaiqueue'], { scope: slugOf(store.meta.name) });
      writes.setQueues([...store.queues, { slug: name }]);
    });
  return [
    ...(close
      ? [{ label: t('fix.use', { name: close }), run: () => writes.setNodeConfig(id, 'queue', close) }]
      : []),
    { label: t('fix.declare'), run: declare },
  ];
}

function undeclaredRole(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const { store, writes } = session;
  const id = item.node_id ?? '';
  const role = /llm_role='([^']*)'/.exec(item.message)?.[1] ?? '';
  const roles = store.models.map((row) => row.role);
  const close = nearest(role, roles) ?? roles[0];
  const first = store.models[0];
  return [
    ...(close
      ? [{ label: t('fix.use', { name: close }), run: () => writes.setNodeConfig(id, 'llm_role', close) }]
      : []),
    ...(first && /^[a-z][a-z0-9_]*$/.test(role)
      ? [
          {
            label: t('fix.addRole', { name: role }),
            run: () => writes.setModels([...store.models, { ...first, role }]),
          },
        ]
      : []),
  ];
}

function undeclaredVariable(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const name = /variable '([^']+)'/.exec(item.message)?.[1];
  if (!name) return [];
  const { store, writes } = session;
  return [
    {
      label: t('fix.declareVariable', { name }),
      run: () => writes.setVariables([...store.variables, { name }]),
    },
  ];
}

function misspelt(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const names = /name '([^']+)' is not known; did you mean '([^']+)'/.exec(item.message);
  const field = /^node '[^']*': ([a-z_]+)/.exec(item.message)?.[1];
  const [, wrong, right] = names ?? [];
  if (!wrong || !right) return [];
  const swap = (text: string) => text.replace(new RegExp(`(?<![\\w.])${wrong}(?!\\w)`, 'g'), right);
  const { store, writes } = session;
  const edge = store.edges[item.edge_id ?? ''];
  if (edge?.condition !== undefined) {
    const condition = edge.condition;
    return [
      {
        label: t('fix.use', { name: right }),
        run: () => writes.updateEdge(edge.id, { condition: swap(condition) }),
      },
    ];
  }
  const id = item.node_id ?? '';
  const value = field ? store.nodes[id]?.config[field] : undefined;
  if (!field || typeof value !== 'string') return [];
  return [{ label: t('fix.use', { name: right }), run: () => writes.setNodeConfig(id, field, swap(value)) }];
}

function noScope(_: Diagnostic, session: CanvasSession): QuickFix[] {
  const { store, writes } = session;
  return [
    {
      label: t('fix.addScope'),
      run: () => writes.setConfig(['scaiqueue'], { scope: slugOf(store.meta.name) }),
    },
  ];
}

function noElse(item: Diagnostic, session: CanvasSession): QuickFix[] {
  const { store, writes } = session;
  const arms = store.edgeOrder
    .map((id) => store.edges[id])
    .filter((edge) => edge?.source.node === item.node_id && edge.type === 'conditional');
  const last = arms[arms.length - 1];
  if (!last || arms.length < 2) return [];
  return [{ label: t('fix.lastElse'), run: () => writes.updateEdge(last.id, { condition: 'else' }) }];
}
