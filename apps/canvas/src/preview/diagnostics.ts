import type { Diagnostic } from '../api/types';

/** Diagnostics by where they belong, in the order they came. */
export interface DiagnosticIndex {
  all: readonly Diagnostic[];
  byNode: ReadonlyMap<string, readonly Diagnostic[]>;
  byEdge: ReadonlyMap<string, readonly Diagnostic[]>;
  errors: number;
  warnings: number;
}

export const NO_DIAGNOSTICS: DiagnosticIndex = {
  all: [],
  byNode: new Map(),
  byEdge: new Map(),
  errors: 0,
  warnings: 0,
};

function put(map: Map<string, Diagnostic[]>, key: string | null, item: Diagnostic): void {
  if (key === null) return;
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

export function indexDiagnostics(list: readonly Diagnostic[]): DiagnosticIndex {
  const byNode = new Map<string, Diagnostic[]>();
  const byEdge = new Map<string, Diagnostic[]>();
  let errors = 0;
  for (const item of list) {
    put(byNode, item.node_id, item);
    put(byEdge, item.edge_id, item);
    if (item.severity === 'error') errors += 1;
  }
  return { all: list, byNode, byEdge, errors, warnings: list.length - errors };
}

/** The field a message of 06 §7 begins with, by what follows it. */
const FIELD = new RegExp(
  String.raw`^node '[^']*': ([a-z_]+)(?: '[^']*')?` +
    String.raw`(?:: | is required| must be| is out of range| '[^']*' is (?:not one|neither))`,
);

/**
 * The config field a diagnostic of a node is about, or undefined: from its path (`nodes[2].config.goal`),
 * else from its message (`node 'n': goal is required`, `node 'n': guard: unexpected …`).
 */
export function fieldOf(item: Diagnostic): string | undefined {
  const path = item.path ?? '';
  const byPath = /(?:^|\.)config\.([A-Za-z_]\w*)/.exec(path);
  if (byPath?.[1]) return byPath[1];
  const own = /^nodes(?:\[\d+\])?\.?(label|result_binding)$/.exec(path);
  if (own?.[1]) return own[1];
  if (/llm_role=/.test(item.message)) return 'llm_role';
  const queue = /^node '[^']*': (queue) '/.exec(item.message);
  if (queue?.[1]) return queue[1];
  const byMessage = FIELD.exec(item.message);
  return byMessage?.[1];
}

/** Order of the Problems list: errors first, then as the compiler reported them (document order). */
export function bySeverity(list: readonly Diagnostic[]): Diagnostic[] {
  return [...list.filter((d) => d.severity === 'error'), ...list.filter((d) => d.severity !== 'error')];
}
