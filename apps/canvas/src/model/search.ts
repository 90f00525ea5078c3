import type { EdgeView, NodeView } from './flow';
import { kindTitle } from './kinds';

/** What is looked for: words anywhere, and `type:`, `role:`, `queue:`, `problem:` of steps. */
export interface Query {
  words: string[];
  filters: [string, string][];
}

export interface Hit {
  kind: 'node' | 'edge' | 'note';
  id: string;
  /** A piece of the text around the match; empty where the name itself matches. */
  where: string;
}

/** What is searched, in the order of the document. */
export interface Searched {
  nodes: readonly NodeView[];
  edges: readonly EdgeView[];
  notes: readonly { id: string; text: string }[];
  problemsOf: (id: string) => readonly { code: string; message: string }[];
}

export const hitsMax = 500;

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

/** Steps first, then connections, then notes; at most `hitsMax`. */
export function searchFlow(query: Query, source: Searched): Hit[] {
  if (query.words.length + query.filters.length === 0) return [];
  const hits: Hit[] = [];
  const add = (kind: Hit['kind'], id: string, where: string | undefined): void => {
    if (where !== undefined && hits.length < hitsMax) hits.push({ kind, id, where });
  };
  for (const node of source.nodes) add('node', node.id, matchNode(node, query, source));
  if (query.filters.length > 0) return hits;
  for (const edge of source.edges) add('edge', edge.id, matchText(edge.id, edge.condition ?? '', query));
  for (const note of source.notes) add('note', note.id, matchText(note.id, note.text, query));
  return hits;
}

function matchNode(node: NodeView, query: Query, source: Searched): string | undefined {
  for (const [name, value] of query.filters) {
    const held = heldBy(node, name, source).toLowerCase();
    if (held.trim() === '' || !held.includes(value)) return undefined;
  }
  const head = `${node.label} ${node.id} ${kindTitle(node.type)}`;
  return matchText(head, textsOf(node.config).join('\n'), query);
}

function heldBy(node: NodeView, filter: string, source: Searched): string {
  switch (filter) {
    case 'type':
      return `${node.type} ${kindTitle(node.type)}`;
    case 'role':
      return String(node.config['llm_role'] ?? '');
    case 'queue':
      return String(node.config['queue'] ?? '');
    default:
      return source
        .problemsOf(node.id)
        .map((problem) => `${problem.code} ${problem.message}`)
        .join(' ');
  }
}

const DEPTH_MAX = 64;

/** Names and texts of a value, as a person wrote them. */
function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (value === null || typeof value !== 'object' || depth > DEPTH_MAX) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    Array.isArray(value) ? textsOf(member, depth + 1) : [name, ...textsOf(member, depth + 1)],
  );
}

function matchText(head: string, body: string, query: Query): string | undefined {
  const title = head.toLowerCase();
  const beyond = query.words.filter((word) => !title.includes(word));
  if (beyond.length === 0) return '';
  const text = body.toLowerCase();
  if (!beyond.every((word) => text.includes(word))) return undefined;
  const at = text.indexOf(beyond[0] ?? '');
  const piece = body.slice(Math.max(0, at - 16), at + 48);
  // A word that begins before the piece is left out.
  return (at > 16 ? piece.replace(/^\S*\s/, '') : piece).replace(/\s+/g, ' ').trim();
}
