import type { FlowDocument, Json, JsonObject } from './flow';

/** Entities of one list that are new or changed, and the order of all, where members came, went or moved. */
export interface EntityChange {
  set: Json[];
  order?: string[];
}

/** What happened to a document since it was last looked at: everything, or some of it. */
export type DocumentChange =
  | { kind: 'all'; flow: FlowDocument }
  | { kind: 'some'; head?: JsonObject; nodes?: EntityChange; edges?: EntityChange };

/** A document that somebody follows. */
export interface DocumentSource {
  document: () => FlowDocument;
  /** What changed since the last call; the first call gives everything. */
  takeChange: () => DocumentChange;
}
