import type { Diagnostic } from '../api/types';
import type { DocumentChange, DocumentSource } from '../model/change';
import type { CompileAnswer, PreviewClient, Wanted } from './client';
import { CompilerWorker, Refused, WorkerGone, type WorkerPort } from './compilerWorker';
import { editedText, wholeText, type LineText } from './lineText';
import type { ModuleCall, WorkerAnswer } from './protocol';
import moduleUrl from '../../../../build/wasm/compiler.wasm?url';

const LIVES = 2;
const FRAME_MS = 16;

const startPort = (): WorkerPort =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) as unknown as WorkerPort;

/** A worker that has only begun: whoever asks it waits until it is ready. */
export const startCompiler = (port = startPort()): CompilerWorker => new CompilerWorker(port, moduleUrl);

export interface WasmPreview extends PreviewClient {
  /** One further function of the module, on the document as it is now. */
  ask(name: string, args: unknown): Promise<Record<string, unknown>>;
}

/**
 * The compiler in a worker. It keeps the document there and sends what changed. A worker that breaks is
 * started once more; afterwards every call rejects with WorkerGone, and the server has to answer.
 */
export function wasmPreview(source: DocumentSource, start = startPort): WasmPreview {
  let worker: CompilerWorker | undefined;
  let lives = LIVES;
  /** The worker has not got what was taken from the source: it needs the whole. */
  let isBehind = true;
  let last_ms = Infinity;

  const living = (): CompilerWorker => {
    if (worker && !worker.isGone) return worker;
    if (lives === 0) throw new WorkerGone('the compiler did not stay up');
    lives -= 1;
    isBehind = true;
    return (worker = startCompiler(start()));
  };
  const ask = async (
    calls: ModuleCall[],
    signal?: AbortSignal,
    each?: (answer: WorkerAnswer) => void,
  ): Promise<WorkerAnswer> => {
    try {
      const present = living();
      let change = source.takeChange();
      if (isBehind && change.kind !== 'all') change = { kind: 'all', flow: source.document() };
      isBehind = false;
      return await present.ask([...updating(change), ...calls], signal, each);
    } catch (error) {
      if (error instanceof WorkerGone && error.why === 'slow') lives = 0;
      const isWithoutDocument = error instanceof Refused && error.code === 'not_patchable';
      if (isWithoutDocument) isBehind = true;
      if (isWithoutDocument || (error instanceof WorkerGone && lives > 0))
        return ask(calls, signal, each);
      throw error;
    }
  };
  return {
    source: 'wasm',
    wait_ms: 0,
    run: async (wanted, { signal, onChecked }) => {
      const hear = (answer: WorkerAnswer) => onChecked?.(diagnosticsOf(answer));
      const answer = await ask(callsFor(wanted, last_ms), signal, hear);
      last_ms = answer.ms;
      return answerOf(answer, wanted);
    },
    ask: async (name, args) => (await ask([{ name, input: JSON.stringify(args) }])).head,
    stop: () => {
      lives = 0;
      worker?.stop();
    },
  };
}

/** What is known of a text is said before the text, unless both come within a frame: then one is cheaper. */
function callsFor(wanted: Wanted | undefined, last_ms: number): ModuleCall[] {
  const check = { name: 'check', input: '{}' };
  if (!wanted) return [check];
  const { format, shown, serial } = wanted;
  const edit = { base: shown?.serial ?? 0, serial };
  const compile = { name: 'compile', input: JSON.stringify({ format, edit }) };
  return last_ms < FRAME_MS ? [compile] : [check, compile];
}

function updating(change: DocumentChange): ModuleCall[] {
  if (change.kind === 'all') return [{ name: 'load', input: JSON.stringify(change.flow) }];
  const { kind: _, ...patch } = change;
  return Object.keys(patch).length === 0 ? [] : [{ name: 'patch', input: JSON.stringify(patch) }];
}

const diagnosticsOf = ({ head }: WorkerAnswer): Diagnostic[] => head['diagnostics'] as Diagnostic[];

function answerOf(answer: WorkerAnswer, wanted: Wanted | undefined): CompileAnswer {
  const text = wanted ? textFrom(answer, wanted) : null;
  return { diagnostics: diagnosticsOf(answer), text, ms: answer.ms };
}

function textFrom({ head, body }: WorkerAnswer, { shown, serial }: Wanted): LineText | null {
  if (head['has_body'] !== true) return null;
  const edit = head['edit'] as { from: number; to: number } | undefined;
  if (!edit || !shown) return wholeText(body, serial);
  return editedText(shown, { ...edit, lines: body === '' ? [] : body.slice(0, -1).split('\n') }, serial);
}
