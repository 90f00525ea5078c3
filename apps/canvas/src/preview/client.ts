import { compileFlow, validateFlow } from '../api/flows';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { FlowDocument } from '../model/flow';

export interface CheckAnswer {
  diagnostics: Diagnostic[];
  ms: number;
}

export interface CompileAnswer extends CheckAnswer {
  /** Text; the SCIR bundle in base64 for `ir`; null when there is an error. */
  body: string | null;
}

/** Who compiles: the server now, the compiler in a worker later. Both answer the same. */
export interface PreviewClient {
  readonly source: 'server' | 'wasm';
  check(flow: FlowDocument, signal: AbortSignal): Promise<CheckAnswer>;
  compile(flow: FlowDocument, format: CompileFormat, signal: AbortSignal): Promise<CompileAnswer>;
}

/** `POST /v1/flows/validate` and `/compile`. */
export const serverPreview: PreviewClient = {
  source: 'server',
  async check(flow, signal) {
    const started = performance.now();
    const answer = await validateFlow(flow, signal);
    return { diagnostics: answer.diagnostics, ms: performance.now() - started };
  },
  async compile(flow, format, signal) {
    const started = performance.now();
    const answer = await compileFlow(flow, format, signal);
    const diagnostics = answer.diagnostics ?? answer.errors.map(asDiagnostic);
    return { body: answer.body, diagnostics, ms: performance.now() - started };
  },
};

function asDiagnostic(message: string): Diagnostic {
  return { severity: 'error', code: '', message, path: null, node_id: null, edge_id: null };
}
