import { call } from '../api/http';
import type { Checkpoint, DecisionSection, InputSection, Priority, ReviewSection } from '../api/types';

/** Reading review forms and sorting what waits; no DOM here. */

const RANK: Record<Priority, number> = { critical: 0, high: 1, normal: 2, low: 3 };

/** Bars of the little priority sign, 1 to 4. */
export function priorityBars(priority: Priority): number {
  return 4 - RANK[priority];
}

export type InboxGroup = 'groups' | 'mine' | 'others';

/** Where a checkpoint belongs in the list of one person. */
export function groupOf(
  item: Checkpoint,
  self: { sub: string; email: string | null; groups: string[] } | undefined,
): InboxGroup {
  const value = item.assignee_resolved?.value ?? item.assignee_raw?.replace(/^(user|group|role):/, '') ?? '';
  if (item.assignee_type === 'user' || item.assignee_type === 'delegated_user') {
    return value === self?.sub || (value !== '' && value === self?.email) ? 'mine' : 'others';
  }
  if (item.assignee_type === 'group') return self?.groups.includes(value) ? 'groups' : 'others';
  return 'others';
}

/** Highest priority first, then the one that waits longest. */
export function inOrder(list: readonly Checkpoint[]): Checkpoint[] {
  return [...list].sort(
    (a, b) => RANK[a.priority] - RANK[b.priority] || a.created_at.localeCompare(b.created_at),
  );
}

export interface Choice {
  id: string;
  label: string;
}

/** `edit_and_approve` reads "Edit and approve". */
export function optionLabel(id: string): string {
  const words = id.replace(/[_-]+/g, ' ').trim();
  return words === '' ? id : words[0]?.toUpperCase() + words.slice(1);
}

/** The answers one may give: of the form's decision section, else the checkpoint's options. */
export function choicesOf(item: Checkpoint, sections: readonly ReviewSection[]): Choice[] {
  const decision = sections.find((section): section is DecisionSection => section.type === 'decision');
  const list = decision?.options ?? item.options ?? [];
  return list.map((option) =>
    typeof option === 'string' ? { id: option, label: optionLabel(option) } : option,
  );
}

export function inputsOf(sections: readonly ReviewSection[]): InputSection[] {
  return sections.filter((section): section is InputSection => section.type === 'input');
}

/** The values a form starts with: the drafts its author gave. */
export function startValues(sections: readonly ReviewSection[]): Record<string, unknown> {
  return Object.fromEntries(
    inputsOf(sections).map((input) => [input.field, input.default ?? (input.kind === 'bool' ? false : '')]),
  );
}

/** What is wrong with the form, by field; empty when it may be sent. */
export function formProblems(
  inputs: readonly InputSection[],
  values: Readonly<Record<string, unknown>>,
): Record<string, 'required' | 'number' | 'option'> {
  const problems: Record<string, 'required' | 'number' | 'option'> = {};
  for (const input of inputs) {
    const value = values[input.field];
    const empty = value === undefined || value === null || value === '';
    if (empty && input.required) problems[input.field] = 'required';
    else if (!empty && input.kind === 'number' && Number.isNaN(Number(value)))
      problems[input.field] = 'number';
    else if (!empty && input.kind === 'select' && input.options && !input.options.includes(String(value)))
      problems[input.field] = 'option';
  }
  return problems;
}

/** The resolution of a decision: text for a plain one, the form's object for a review. */
export function resolutionOf(
  choice: string,
  inputs: readonly InputSection[],
  values: Readonly<Record<string, unknown>>,
): string | Record<string, unknown> {
  if (inputs.length === 0) return choice;
  const result: Record<string, unknown> = { decision: choice };
  for (const input of inputs) {
    const value = values[input.field];
    if (value === undefined || value === '') continue;
    result[input.field] = input.kind === 'number' ? Number(value) : value;
  }
  return result;
}

interface QueueMessage {
  correlation_id?: string;
  hitl_spec?: { sections?: ReviewSection[] } | null;
}

/**
 * The rendered form of a review: carried by the record, else read from its queue message. Empty for others.
 */
export async function sectionsOf(
  item: Checkpoint,
  core: { source?: Record<string, unknown> } | undefined,
): Promise<ReviewSection[]> {
  const own = item.hitl_spec?.sections ?? item.context?.['sections'];
  if (Array.isArray(own)) return own as ReviewSection[];
  if (item.queue_message_id === null) return [];
  const target = hitlTargetOf(core?.source, item.node_id);
  if (!target) return [];
  try {
    const scope = encodeURIComponent(target.scope);
    const found = await call<{ data: { items: QueueMessage[] } }>(
      `/v1/modules/scaiqueue/scopes/${scope}/messages`,
      {
        query: { correlation_id: item.id },
      },
    );
    const rendered = found.data.items.find((message) => message.correlation_id === item.id)?.hitl_spec
      ?.sections;
    return rendered ?? target.sections;
  } catch {
    return target.sections;
  }
}

interface HitlTarget {
  scope: string;
  queue: string;
  sections: ReviewSection[];
}

/**
 * The `hitl_target` of a node's block in an IR module; the search is bounded by the module's own depth
 * limit.
 */
export function hitlTargetOf(source: unknown, nodeId: string | null): HitlTarget | undefined {
  const waiting: unknown[] = [source];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (item === null || typeof item !== 'object') continue;
    const block = item as Record<string, unknown>;
    const target = block['hitl_target'];
    if (block['id'] === nodeId && target !== null && typeof target === 'object') {
      const {
        scope,
        queue,
        hitl_spec: spec,
      } = target as { scope?: unknown; queue?: unknown; hitl_spec?: { sections?: ReviewSection[] } };
      return { scope: String(scope ?? ''), queue: String(queue ?? ''), sections: spec?.sections ?? [] };
    }
    waiting.push(...Object.values(block).filter((value) => value !== null && typeof value === 'object'));
  }
  return undefined;
}

export interface Piece {
  text: string;
  added: boolean;
}

/** The text as pieces, those marked that the draft did not have: a word diff for the underlined additions. */
export function additions(draft: string, text: string): Piece[] {
  const [a, b] = [words(draft), words(text)];
  if (a.length * b.length > 1_000_000) return [{ text, added: draft !== text }];
  const keep = commonWords(a, b);
  const pieces: Piece[] = [];
  b.forEach((word, index) => {
    const added = !keep.has(index);
    const last = pieces[pieces.length - 1];
    if (last && last.added === added) last.text += word;
    else pieces.push({ text: word, added });
  });
  return pieces;
}

function words(text: string): string[] {
  return text.match(/\s+|[^\s]+/g) ?? [];
}

/** Indexes of `b` that belong to a longest common subsequence with `a`. */
function commonWords(a: readonly string[], b: readonly string[]): Set<number> {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const keep = new Set<number>();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      keep.add(j);
      i += 1;
      j += 1;
    } else if ((table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return keep;
}
