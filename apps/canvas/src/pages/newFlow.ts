import type { FlowDocument } from '../model/flow';
import { freshId } from '../model/ids';
import { writeDraft } from './drafts';

/** An empty flow as 12 §8.4 wants it. */
export function emptyFlow(model = 'openai/gpt-4o'): FlowDocument {
  return {
    $schema: 'https://scailabs.com/schemas/scaiflow/v2.json',
    id: freshId('flow_', () => false),
    name: 'Untitled Flow',
    version: '1.0.0',
    scaicore_target: '0.2',
    metadata: {},
    nodes: [],
    edges: [],
    variables: [],
    config: { core_identity: { models: [{ role: 'primary', ref: 'scaigrid', model }] } },
    tests: [],
  };
}

/** A copy of a document as a new flow that is not saved anywhere yet: fresh id, version 1.0.0. */
export function asNewFlow(flow: FlowDocument, name: string = flow.name): FlowDocument {
  const copy = structuredClone(flow);
  return { ...copy, id: freshId('flow_', () => false), name, version: '1.0.0' };
}

/** Leaves a document where the editor finds it; the address that opens it. */
export function handOver(flow: FlowDocument): string {
  writeDraft(flow);
  return `/flows/new?draft=${flow.id}`;
}

/** The address of an empty flow; another one each time, so that it opens from the editor too. */
export function emptyFlowPath(): string {
  return `/flows/new?fresh=${Date.now().toString(36)}`;
}

export interface Imported {
  flow?: FlowDocument;
  /** What was not taken over from a manifest as it stands there. */
  notes?: string[];
  /** Why the file cannot be opened. */
  problem?: string;
}

/** Reads a `.json` flow document from a file's text. */
export function readFlowText(text: string): Imported {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const flow = value as Partial<FlowDocument> | null;
  if (!flow || typeof flow !== 'object' || !Array.isArray(flow.nodes) || !Array.isArray(flow.edges)) {
    return { problem: 'This file holds no flow: it has no lists "nodes" and "edges"' };
  }
  return { flow: { ...emptyFlow(), ...flow } };
}
