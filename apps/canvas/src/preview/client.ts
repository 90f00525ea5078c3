import { compileFlow, validateFlow } from '../api/flows';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { DocumentSource } from '../model/change';
import { wholeText, type LineText } from './lineText';

export interface CompileAnswer {
  diagnostics: Diagnostic[];
  /** The SCIR bundle in base64 for `ir`; null when there is an error or nothing was compiled. */
  text: LineText | null;
  ms: number;
}

/** A compiled text that is looked at. */
export interface Wanted {
  format: CompileFormat;
  /** What is shown now: an answer may be an edit of it. */
  shown: LineText | undefined;
  /** What the new text is called by; larger than all before. */
  serial: number;
}

export interface Hearing {
  /** Aborted when the answer is of no use any more. */
  signal: AbortSignal;
  /** Called when the diagnostics are known before the text is. */
  onChecked?: (diagnostics: Diagnostic[]) => void;
}

/** Who compiles: the compiler in a worker, or the server. Both answer the same (12 §12). */
export interface PreviewClient {
  readonly source: 'server' | 'wasm';
  /** Quiet time after the last change before it is asked. */
  readonly wait_ms: number;
  /** Diagnostics, and the text where one is wanted. */
  run(wanted: Wanted | undefined, hearing: Hearing): Promise<CompileAnswer>;
  stop(): void;
}

const SERVER_WAIT_MS = 500;

/** `POST /v1/flows/validate` and `/compile`. */
export function serverPreview(source: DocumentSource): PreviewClient {
  return {
    source: 'server',
    wait_ms: SERVER_WAIT_MS,
    async run(wanted, { signal }) {
      const started = performance.now();
      const flow = source.document();
      if (wanted === undefined) {
        const { diagnostics } = await validateFlow(flow, signal);
        return { diagnostics, text: null, ms: performance.now() - started };
      }
      const answer = await compileFlow(flow, wanted.format, signal);
      const diagnostics = answer.diagnostics ?? answer.errors.map(asDiagnostic);
      const text = answer.body === null ? null : wholeText(answer.body, wanted.serial);
      return { text, diagnostics, ms: performance.now() - started };
    },
    stop: () => undefined,
  };
}

function asDiagnostic(message: string): Diagnostic {
  return { severity: 'error', code: '', message, path: null, node_id: null, edge_id: null };
}
