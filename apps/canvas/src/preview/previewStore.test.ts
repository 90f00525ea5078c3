import { createEffect, createRoot, createSignal } from 'solid-js';
import { describe, expect, it, vi } from 'vitest';
import type { CompileFormat, Diagnostic } from '../api/types';
import type { FlowDocument } from '../model/flow';
import type { CompileAnswer, Hearing, PreviewClient, Wanted } from './client';
import { WorkerGone } from './compilerWorker';
import { textOf, wholeText } from './lineText';
import { createPreviewStore } from './previewStore';

interface Run {
  format: CompileFormat | undefined;
  wanted: Wanted | undefined;
  signal: AbortSignal;
  check: (diagnostics: Diagnostic[]) => void;
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
    run: (wanted: Wanted | undefined, { signal, onChecked }: Hearing) =>
      new Promise<CompileAnswer>((resolve, reject) => {
        runs.push({
          format: wanted?.format,
          wanted,
          signal,
          check: (diagnostics) => onChecked?.(diagnostics),
          answer: (body, diagnostics = []) => {
            const text = body === null ? null : wholeText(body, wanted?.serial ?? 0);
            resolve({ diagnostics, text, ms: 1 });
          },
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

const shownIn = (store: ReturnType<typeof open>['store']) => {
  const output = store.output();
  return output && { format: output.format, body: textOf(output.text), stale: output.stale };
};

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
    expect(shownIn(store)).toEqual({ format: 'yaml', body: 'core:', stale: false });
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
    expect(shownIn(store)?.body).toBe('new');
  });

  it('keeps the last text, marked stale, while there are errors', async () => {
    const { wasm, store, change } = open();
    wasm.runs[0]!.answer('good');
    await settled();
    change();
    wasm.runs[1]!.answer(null, [problem]);
    await settled();
    expect(shownIn(store)).toEqual({ format: 'yaml', body: 'good', stale: true });
    expect(store.diagnostics().errors).toBe(1);
  });

  it('shows diagnostics before the text is there, unless they are outdated', async () => {
    const { wasm, store, change } = open();
    wasm.runs[0]!.check([problem]);
    expect([store.diagnostics().errors, store.output()]).toEqual([1, undefined]);
    change();
    wasm.runs[0]!.check([]);
    expect(store.diagnostics().errors).toBe(1);
  });

  it('tells what it shows, so that an answer can be an edit of it', async () => {
    const { wasm, store, change } = open();
    expect(wasm.runs[0]!.wanted?.shown).toBeUndefined();
    wasm.runs[0]!.answer('a');
    await settled();
    change();
    expect(wasm.runs[1]!.wanted?.shown).toBe(store.output()!.text);
    expect(wasm.runs[1]!.wanted!.serial).toBeGreaterThan(store.output()!.text.serial);
    store.setFormat('scai');
    wasm.runs[1]!.answer('b');
    await settled();
    expect(wasm.runs[2]!.wanted).toMatchObject({ format: 'scai', shown: undefined });
  });

  it('tells of a node only when something about it changes', async () => {
    const { wasm, store, change } = open();
    const heard: number[] = [];
    createRoot(() => createEffect(() => heard.push(store.findings.byNode('n').length)));
    const of = (node_id: string | null, message = 'm') => ({ ...problem, node_id, message });
    for (const [at, found] of [[of('n')], [of('x', 'new'), of('n')], [of('n', 'other')], []].entries()) {
      wasm.runs[at]!.answer('', found);
      await settled();
      change();
    }
    expect(heard).toEqual([0, 1, 1, 0]);
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
    expect([store.answeredBy(), shownIn(store)?.body]).toEqual(['server', 'from afar']);
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
