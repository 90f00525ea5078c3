import { readStored, removeStored, writeStored } from '../api/local';
import type { FlowDocument } from '../model/flow';

/** Drafts of this browser (12 §4): one per flow, and which was the last. */
export interface Draft {
  saved_at: string;
  flow: FlowDocument;
}

const LATEST = 'scaiflow_draft_latest';
const keyOf = (flowId: string): string => `scaiflow_draft_${flowId}`;
const DELAY_MS = 500;
const BIG_DELAY_MS = 5000;
const BIG_NODES = 1000;

export function writeDraft(flow: FlowDocument, now: Date = new Date()): void {
  writeStored(keyOf(flow.id), { saved_at: now.toISOString(), flow } satisfies Draft);
  writeStored(LATEST, flow.id);
}

export function readDraft(flowId: string): Draft | undefined {
  const draft = readStored<Draft>(keyOf(flowId));
  return draft && typeof draft === 'object' && Array.isArray(draft.flow?.nodes) ? draft : undefined;
}

/** The draft written last, for opening an unsaved flow again. */
export function latestDraft(): Draft | undefined {
  const id = readStored<string>(LATEST);
  return typeof id === 'string' ? readDraft(id) : undefined;
}

export function removeDraft(flowId: string): void {
  removeStored(keyOf(flowId));
  if (readStored<string>(LATEST) === flowId) removeStored(LATEST);
}

/** Ids that the canvas makes; a saved flow has one that the server made. */
export const LOCAL_ID = /^flow_[0-9a-z]{12}$/;

/** Drafts of flows that no server knows and that hold something, newest first. */
export function localDrafts(): Draft[] {
  let keys: string[];
  try {
    keys = Object.keys(localStorage);
  } catch {
    return [];
  }
  return keys
    .map((key) => /^scaiflow_draft_(.+)$/.exec(key)?.[1] ?? '')
    .filter((id) => LOCAL_ID.test(id))
    .map(readDraft)
    .filter((draft): draft is Draft => draft !== undefined && draft.flow.nodes.length > 0)
    .sort((a, b) => b.saved_at.localeCompare(a.saved_at));
}

export function hasDraft(flowId: string): boolean {
  return readDraft(flowId) !== undefined;
}

/** True when a draft holds something that the saved document does not, and is newer than it. */
export function isWorthOffering(
  draft: Draft | undefined,
  saved: FlowDocument,
  savedAt: string,
): draft is Draft {
  if (!draft || Date.parse(draft.saved_at) < Date.parse(savedAt)) return false;
  return JSON.stringify(content(draft.flow)) !== JSON.stringify(content(saved));
}

/** What the version number does not change. */
function content(flow: FlowDocument): unknown {
  const { version: _, $schema: __, ...rest } = flow;
  return rest;
}

export interface DraftWriter {
  /** Call after each change; writes 500 ms after the last one, 5 s for big flows. */
  changed: () => void;
  /** Forgets what waits to be written. */
  cancel: () => void;
  /** Writes now what waits, e.g. when the page goes away. */
  flush: () => void;
}

export function createDraftWriter(read: () => FlowDocument): DraftWriter {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let nodes = 0;
  const write = () => {
    timer = undefined;
    const flow = read();
    nodes = flow.nodes.length;
    writeDraft(flow);
  };
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    changed: () => {
      cancel();
      timer = setTimeout(write, nodes > BIG_NODES ? BIG_DELAY_MS : DELAY_MS);
    },
    cancel,
    flush: () => {
      if (timer === undefined) return;
      cancel();
      write();
    },
  };
}
