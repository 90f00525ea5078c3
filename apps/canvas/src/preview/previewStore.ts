import type { Accessor } from 'solid-js';
import { createEffect, createSignal, on, onCleanup } from 'solid-js';
import { asApiError } from '../api/http';
import type { CompileFormat } from '../api/types';
import type { FlowDocument } from '../model/flow';
import type { CompileAnswer, PreviewClient } from './client';
import { serverPreview } from './client';
import type { DiagnosticIndex } from './diagnostics';
import { indexDiagnostics, NO_DIAGNOSTICS } from './diagnostics';

const DEBOUNCE_MS = 250;

export interface Output {
  format: CompileFormat;
  body: string;
  /** True while the document as it is now does not compile: the text is the last one that did. */
  stale: boolean;
}

export interface PreviewStore {
  diagnostics: Accessor<DiagnosticIndex>;
  output: Accessor<Output | undefined>;
  /** Milliseconds the last answer took, undefined before the first. */
  took: Accessor<number | undefined>;
  busy: Accessor<boolean>;
  /** Why nobody answers, when nobody does. */
  failure: Accessor<string | undefined>;
  format: Accessor<CompileFormat>;
  setFormat: (format: CompileFormat) => void;
  source: PreviewClient['source'];
}

interface Inputs {
  /** Grows with every change of the document. */
  revision: Accessor<number>;
  document: () => FlowDocument;
  /** True while somebody looks at the compiled text. */
  wanted: Accessor<boolean>;
  client?: PreviewClient;
  debounce_ms?: number;
}

/**
 * Keeps diagnostics and the compiled text up with the document: asks 250 ms after the last change; requests
 * carry a growing number and an answer with an old one is dropped.
 */
export function createPreviewStore(inputs: Inputs): PreviewStore {
  const client = inputs.client ?? serverPreview;
  const [diagnostics, setDiagnostics] = createSignal<DiagnosticIndex>(NO_DIAGNOSTICS);
  const [output, setOutput] = createSignal<Output | undefined>();
  const [took, setTook] = createSignal<number | undefined>();
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string | undefined>();
  const [format, setFormat] = createSignal<CompileFormat>('yaml');
  let request = 0;
  let running: AbortController | undefined;

  const accept = (answer: CompileAnswer | undefined, wanted: CompileFormat) => {
    if (!answer) return;
    if (answer.body !== null) setOutput({ format: wanted, body: answer.body, stale: false });
    else setOutput((last) => (last?.format === wanted ? { ...last, stale: true } : undefined));
  };
  const ask = async () => {
    const number = ++request;
    running?.abort();
    const abort = new AbortController();
    running = abort;
    setBusy(true);
    try {
      const flow = inputs.document();
      const wanted = format();
      const compiled = inputs.wanted() ? await client.compile(flow, wanted, abort.signal) : undefined;
      const answer = compiled ?? (await client.check(flow, abort.signal));
      if (number !== request) return;
      setDiagnostics(indexDiagnostics(answer.diagnostics));
      accept(compiled, wanted);
      setTook(answer.ms);
      setFailure(undefined);
    } catch (error) {
      if (number === request && !abort.signal.aborted) setFailure(asApiError(error).message);
    } finally {
      if (number === request) setBusy(false);
    }
  };
  createEffect(
    on([inputs.revision, inputs.wanted, format], (_, previous) => {
      const timer = setTimeout(
        () => void ask(),
        previous === undefined ? 0 : (inputs.debounce_ms ?? DEBOUNCE_MS),
      );
      onCleanup(() => clearTimeout(timer));
      return true;
    }),
  );
  onCleanup(() => {
    request += 1;
    running?.abort();
  });
  return { diagnostics, output, took, busy, failure, format, setFormat, source: client.source };
}
