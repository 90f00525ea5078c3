import { createRoot, createSignal } from 'solid-js';
import { describe, expect, it, vi } from 'vitest';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { FlowDocument } from '../model/flow';
import type { CompileAnswer, PreviewClient } from './client';
import { WorkerGone } from './compilerWorker';
import { createPreviewStore } from './previewStore';

interface Run {
  format: CompileFormat | undefined;
  signal: AbortSignal;
  answer: (body: string | null, diagnostics?: Diagnostic[]) => void;
  fail: (error: Error) => void;
}

function client(source: PreviewClient['source']): PreviewClient & { runs: Run[]; ask: () => never } {
  const runs: Run[] = [];
  return {
    source,
    wait_ms: 0,
    runs,
    stop: () => {},
    ask: () => {
      throw new Error('not asked');
    },
    run: (format, signal) =>
      new Promise<CompileAnswer>((resolve, reject) => {
        runs.push({
          format,
          signal,
          answer: (body, diagnostics = []) => resolve({ diagnostics, body, ms: 1 }),
          fail: reject,
        });
      }),
  };
}

function open() {
  const wasm = client('wasm');
  const server = client('server');
  const [revision, setRevision] = createSignal(0);
  const [wanted, setWanted] = createSignal(true);
  const [mayAsk, setMayAsk] = createSignal(true);
  const { store, dispose } = createRoot((dispose) => ({
    dispose,
    store: createPreviewStore({
      revision,
      wanted,
      document: () => ({}) as FlowDocument,
      takeChange: () => ({ kind: 'some' }),
      mayAskServer: mayAsk,
      clients: { wasm, server },
    }),
  }));
  return { wasm, server, store, dispose, change: () => setRevision((n) => n + 1), setWanted, setMayAsk };
}

/** Lets what follows an answer run: it takes a few microtasks, no time. */
const settled = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};
const problem: Diagnostic = {
  severity: 'error',
  code: 'F1',
  message: 'm',
  path: null,
  node_id: null,
  edge_id: null,
};

describe('the preview', () => {
  it('asks at once and shows the answer', async () => {
    const { wasm, store } = open();
    expect(wasm.runs.map((run) => run.format)).toEqual(['yaml']);
    expect(store.busy()).toBe(true);
    wasm.runs[0]!.answer('core:');
    await settled();
    expect(store.output()).toEqual({ format: 'yaml', body: 'core:', stale: false });
    expect([store.answeredBy(), store.busy()]).toEqual(['wasm', false]);
  });

  it('abandons what is outdated, and drops its answer', async () => {
    const { wasm, store, change } = open();
    change();
    change();
    expect(wasm.runs).toHaveLength(1);
    expect(wasm.runs[0]!.signal.aborted).toBe(true);
    wasm.runs[0]!.answer('old');
    await settled();
    expect(store.output()).toBeUndefined();
    expect(wasm.runs).toHaveLength(2);
    wasm.runs[1]!.answer('new');
    await settled();
    expect(store.output()?.body).toBe('new');
  });

  it('keeps the last text, marked stale, while there are errors', async () => {
    const { wasm, store, change } = open();
    wasm.runs[0]!.answer('good');
    await settled();
    change();
    wasm.runs[1]!.answer(null, [problem]);
    await settled();
    expect(store.output()).toEqual({ format: 'yaml', body: 'good', stale: true });
    expect(store.diagnostics().errors).toBe(1);
  });

  it('only checks while nobody looks at the text', async () => {
    const { wasm, setWanted } = open();
    wasm.runs[0]!.answer('x');
    await settled();
    setWanted(false);
    expect(wasm.runs[1]!.format).toBeUndefined();
  });

  it('turns to the server when the worker is gone', async () => {
    const { wasm, server, store } = open();
    wasm.runs[0]!.fail(new WorkerGone('broken'));
    await vi.waitFor(() => expect(server.runs).toHaveLength(1));
    server.runs[0]!.answer('from afar');
    await settled();
    expect([store.answeredBy(), store.output()?.body]).toEqual(['server', 'from afar']);
    expect(store.compiler()).toBeUndefined();
  });

  it('asks no server that may not be asked', async () => {
    const { wasm, server, setMayAsk, store, change } = open();
    setMayAsk(false);
    wasm.runs[0]!.fail(new WorkerGone('broken'));
    await settled();
    change();
    await settled();
    expect(server.runs).toHaveLength(0);
    expect(store.busy()).toBe(false);
  });

  it('stops when its page is left', async () => {
    const { wasm, store, dispose } = open();
    dispose();
    expect(wasm.runs[0]!.signal.aborted).toBe(true);
    wasm.runs[0]!.answer('late');
    await settled();
    expect(store.output()).toBeUndefined();
  });
});
