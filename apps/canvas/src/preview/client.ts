import { compileFlow, validateFlow } from '../api/flows';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { DocumentSource } from '../model/change';

export interface CompileAnswer {
  diagnostics: Diagnostic[];
  /** Text; the SCIR bundle in base64 for `ir`; null when there is an error or nothing was compiled. */
  body: string | null;
  ms: number;
}

/** Who compiles: the compiler in a worker, or the server. Both answer the same (12 §12). */
export interface PreviewClient {
  readonly source: 'server' | 'wasm';
  /** Quiet time after the last change before it is asked. */
  readonly wait_ms: number;
  /** Diagnostics, and the text where a format is wanted. An aborted signal lets it give up. */
  run(format: CompileFormat | undefined, signal: AbortSignal): Promise<CompileAnswer>;
  stop(): void;
}

const SERVER_WAIT_MS = 500;

/** `POST /v1/flows/validate` and `/compile`. */
export function serverPreview(source: DocumentSource): PreviewClient {
  return {
    source: 'server',
    wait_ms: SERVER_WAIT_MS,
    async run(format, signal) {
      const started = performance.now();
      const flow = source.document();
      if (format === undefined) {
        const { diagnostics } = await validateFlow(flow, signal);
        return { diagnostics, body: null, ms: performance.now() - started };
      }
      const answer = await compileFlow(flow, format, signal);
      const diagnostics = answer.diagnostics ?? answer.errors.map(asDiagnostic);
      return { body: answer.body, diagnostics, ms: performance.now() - started };
    },
    stop: () => undefined,
  };
}

function asDiagnostic(message: string): Diagnostic {
  return { severity: 'error', code: '', message, path: null, node_id: null, edge_id: null };
}
