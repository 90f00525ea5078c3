import type { Accessor } from 'solid-js';
import { batch, createEffect, createSignal, on, onCleanup, untrack } from 'solid-js';
import { asApiError } from '../api/http';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { DocumentSource } from '../model/change';
import type { CompileAnswer, PreviewClient, Wanted } from './client';
import { serverPreview } from './client';
import { Refused, WorkerGone } from './compilerWorker';
import type { DiagnosticIndex } from './diagnostics';
import { createFindings, indexDiagnostics, NO_DIAGNOSTICS } from './diagnostics';
import type { LineText } from './lineText';
import { wasmPreview, type WasmPreview } from './wasmClient';

export interface Output {
  format: CompileFormat;
  text: LineText;
  /** True while the document as it is now does not compile: the text is the last one that did. */
  stale: boolean;
}

export interface PreviewStore {
  diagnostics: Accessor<DiagnosticIndex>;
  /** The same by node and by edge; only a change of what is read is heard of. */
  findings: { byNode: (id: string) => readonly Diagnostic[]; byEdge: (id: string) => readonly Diagnostic[] };
  output: Accessor<Output | undefined>;
  /** Milliseconds the last answer took, undefined before the first. */
  took: Accessor<number | undefined>;
  busy: Accessor<boolean>;
  /** Why nobody answers, when nobody does. */
  failure: Accessor<string | undefined>;
  format: Accessor<CompileFormat>;
  setFormat: (format: CompileFormat) => void;
  /** Who gave the last answer. */
  answeredBy: Accessor<PreviewClient['source'] | undefined>;
  /** The compiler in the page, while it is there. */
  compiler: () => WasmPreview | undefined;
}

interface Inputs extends DocumentSource {
  /** Grows with every change of the document. */
  revision: Accessor<number>;
  /** True while somebody looks at the compiled text. */
  wanted: Accessor<boolean>;
  /** The server may be asked where the page cannot compile. */
  mayAskServer?: () => boolean;
  clients?: { wasm: WasmPreview | undefined; server: PreviewClient };
}

function clientsOf(inputs: Inputs): NonNullable<Inputs['clients']> {
  const isKnown = typeof WebAssembly === 'object' && typeof Worker === 'function';
  return inputs.clients ?? { wasm: isKnown ? wasmPreview(inputs) : undefined, server: serverPreview(inputs) };
}

/** What is shown, and how an answer comes to be shown. */
function createShown() {
  const [diagnostics, setDiagnostics] = createSignal<DiagnosticIndex>(NO_DIAGNOSTICS);
  const [output, setOutput] = createSignal<Output | undefined>();
  const [took, setTook] = createSignal<number | undefined>();
  const [failure, setFailure] = createSignal<string | undefined>();
  const [answeredBy, setAnsweredBy] = createSignal<PreviewClient['source'] | undefined>();
  const [byNode, byEdge] = [createFindings(), createFindings()];
  const findings = { byNode: byNode.of, byEdge: byEdge.of };
  const showText = (text: LineText | null, { format }: Wanted) => {
    if (text !== null) setOutput({ format, text, stale: false });
    else setOutput((last) => (last?.format === format ? staleOf(last) : undefined));
  };
  const showFound = (found: readonly Diagnostic[]) =>
    batch(() => {
      const index = indexDiagnostics(found, untrack(diagnostics));
      setDiagnostics(index);
      byNode.show(index.byNode);
      byEdge.show(index.byEdge);
    });
  const show = (answer: CompileAnswer, wanted: Wanted | undefined, source: PreviewClient['source']) =>
    batch(() => {
      showFound(answer.diagnostics);
      if (wanted) showText(answer.text, wanted);
      setTook(answer.ms);
      setAnsweredBy(source);
      setFailure(undefined);
    });
  return { diagnostics, findings, output, took, failure, setFailure, answeredBy, showFound, show };
}

function staleOf(output: Output): Output {
  return output.stale ? output : { ...output, stale: true };
}

/**
 * Keeps diagnostics and the compiled text up with the document. One request runs at a time; a change makes it
 * outdated, and the next one starts when it has ended. The worker is asked at once, the server in quiet.
 */
export function createPreviewStore(inputs: Inputs): PreviewStore {
  const { wasm, server } = clientsOf(inputs);
  const { show, showFound, setFailure, ...shown } = createShown();
  const [busy, setBusy] = createSignal(false);
  const [format, setFormat] = createSignal<CompileFormat>('yaml');
  let client = wasm ?? server;
  let running: AbortController | undefined;
  let isOutdated = false;
  let serial = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refuse = (error: unknown) => {
    if (error instanceof WorkerGone && client !== server) {
      client = server;
      isOutdated = true;
    } else if (!isOutdated && !(error instanceof Refused)) setFailure(asApiError(error).message);
  };
  const textWanted = (): Wanted => {
    const last = shown.output();
    return { format: format(), serial: ++serial, shown: last?.format === format() ? last.text : undefined };
  };
  const run = async (abort: AbortController) => {
    const wanted = inputs.wanted() ? textWanted() : undefined;
    const onChecked = (found: Diagnostic[]) => {
      if (!isOutdated && running === abort) showFound(found);
    };
    try {
      const answer = await client.run(wanted, { signal: abort.signal, onChecked });
      if (!isOutdated && running === abort) show(answer, wanted, client.source);
    } catch (error) {
      if (running === abort) refuse(error);
    }
  };
  const ask = async () => {
    isOutdated = false;
    const mayAsk = client !== server || inputs.mayAskServer?.() !== false;
    setBusy(mayAsk);
    if (!mayAsk) return;
    const abort = new AbortController();
    running = abort;
    await run(abort);
    if (running !== abort) return;
    running = undefined;
    setBusy(isOutdated);
    if (isOutdated) plan();
  };
  const plan = () => {
    isOutdated = true;
    running?.abort();
    clearTimeout(timer);
    if (running) return;
    if (client.wait_ms === 0) void ask();
    else timer = setTimeout(() => void ask(), shown.answeredBy() === undefined ? 0 : client.wait_ms);
  };
  createEffect(on([inputs.revision, inputs.wanted, format], plan));
  onCleanup(() => {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
    wasm?.stop();
  });
  const compiler = () => (client === wasm ? wasm : undefined);
  return { ...shown, busy, format, setFormat, compiler };
}
