import type { Diagnostic } from '../api/types';
import type { FlowDocument, Json } from '../model/flow';
import { clipboardText } from '../model/clipboard';
import { freshId } from '../model/ids';
import { isObject } from '../model/json';
import { startCompiler } from '../preview/wasmClient';
import type { Imported } from './newFlow';
import { readFlowText } from './newFlow';

/** What a file dialog offers, and what may be dropped. */
export const flowFiles = '.json,.yaml,.yml,application/json,application/yaml';

/** As much as a request to the server may hold. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Reads a flow document or a manifest; a manifest becomes a flow by the compiler in its worker (05 §6). */
export async function readFlowFile(file: File): Promise<Imported> {
  if (file.size > BYTES_MAX) return { problem: 'The file is larger than 16 MB' };
  const text = await file.text();
  return /\.ya?ml$/i.test(file.name) ? readManifest(text) : readFlowText(text);
}

async function readManifest(yaml: string): Promise<Imported> {
  const worker = startCompiler();
  try {
    const input = JSON.stringify({ yaml, fresh_id: freshId('flow_', () => false) });
    const { head, body } = await worker.ask([{ name: 'import', input }]);
    const found = (head['diagnostics'] ?? []) as Diagnostic[];
    if (body === '') return { problem: found.map((each) => each.message).join(' · ') };
    return { ...readFlowText(body), notes: found.map((each) => each.message) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  } finally {
    worker.stop();
  }
}

/** The steps of a document as the clipboard holds them, with the rows that they may use. */
export function asClipboard(flow: FlowDocument): string {
  const rows = (section: string, list: string): never[] => {
    const held = flow.config[section];
    const value: Json | undefined = isObject(held) ? held[list] : undefined;
    return (Array.isArray(value) ? value : []) as never[];
  };
  return clipboardText({
    nodes: flow.nodes,
    edges: flow.edges,
    models: rows('core_identity', 'models'),
    queues: rows('scaiqueue', 'queues'),
    variables: flow.variables ?? [],
  });
}
