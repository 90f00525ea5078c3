import { describe, expect, it, vi } from 'vitest';
import type { DocumentChange } from '../model/change';
import type { FlowDocument } from '../model/flow';
import { CompilerWorker, Refused, WorkerGone, type WorkerPort } from './compilerWorker';
import type { FromWorker, WorkerAnswer, WorkerRequest, WorkerStart } from './protocol';
import { wasmPreview } from './wasmClient';

/** A worker that answers what it is told to. */
class FakePort implements WorkerPort {
  onmessage: WorkerPort['onmessage'] = null;
  onerror: WorkerPort['onerror'] = null;
  readonly heard: WorkerRequest[] = [];
  ended = false;
  constructor(private readonly reply_: (request: WorkerRequest) => FromWorker | undefined) {}
  postMessage(message: WorkerStart | WorkerRequest): void {
    if ('url' in message) return queueMicrotask(() => this.say('ready'));
    this.heard.push(message);
    const reply = this.reply_(message);
    if (reply) queueMicrotask(() => this.say(reply));
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }
  terminate(): void {
    this.ended = true;
  }
}

const fine = ({ id }: WorkerRequest): FromWorker => ({
  id,
  left: 0,
  head: { diagnostics: [], has_body: true },
  body: 'text',
  ms: 1,
});
const broken = ({ id }: WorkerRequest): FromWorker => ({ id, fault: 'unreachable' });
const names = (port: FakePort): string[] => port.heard.flatMap((each) => each.calls.map((call) => call.name));
const flow = { id: 'f' } as FlowDocument;

describe('one worker', () => {
  it('numbers its requests and gives each its answer', async () => {
    const port = new FakePort(() => undefined);
    const worker = new CompilerWorker(port, 'u');
    const first = worker.ask([{ name: 'check', input: '{}' }]);
    const second = worker.ask([{ name: 'check', input: '{}' }]);
    await vi.waitFor(() => expect(port.heard.map((each) => each.id)).toEqual([1, 2]));
    port.say({ id: 2, left: 0, head: {}, body: 'b', ms: 0 });
    port.say({ id: 1, left: 0, head: {}, body: 'a', ms: 0 });
    expect([(await first).body, (await second).body]).toEqual(['a', 'b']);
  });

  it('passes refusals on', async () => {
    const head = { error: { code: 'c', message: 'm' } };
    const port = new FakePort(({ id }) => ({ id, left: 1, head, body: '', ms: 0 }));
    await expect(new CompilerWorker(port, 'u').ask([])).rejects.toEqual(new Refused('c', 'm'));
  });

  it('tells the answers that come before the last', async () => {
    const port = new FakePort(() => undefined);
    const heard: unknown[] = [];
    const asked = new CompilerWorker(port, 'u').ask([], undefined, ({ head }) => heard.push(head['at']));
    await vi.waitFor(() => expect(port.heard).toHaveLength(1));
    for (const left of [2, 1, 0]) port.say({ id: 1, left, head: { at: left }, body: '', ms: 0 });
    expect((await asked).head['at']).toBe(0);
    expect(heard).toEqual([2, 1]);
  });

  it('is gone when it takes too long, and then refuses', async () => {
    const port = new FakePort(() => undefined);
    const worker = new CompilerWorker(port, 'u', 1);
    await expect(worker.ask([])).rejects.toMatchObject({ why: 'slow' });
    expect(port.ended).toBe(true);
    await expect(worker.ask([])).rejects.toBeInstanceOf(WorkerGone);
  });
});

describe('the compiler in the page', () => {
  const changes = (...list: DocumentChange[]) => {
    const left = [...list];
    return { document: () => flow, takeChange: (): DocumentChange => left.shift() ?? { kind: 'some' } };
  };
  const hearing = () => ({ signal: new AbortController().signal });

  it('loads once, then sends what changed', async () => {
    const port = new FakePort(fine);
    const nodes = { set: [{ id: 'n' }] };
    const client = wasmPreview(changes({ kind: 'all', flow }, { kind: 'some', nodes }), () => port);
    const answer = await client.run({ format: 'yaml', shown: undefined, serial: 1 }, hearing());
    expect(answer).toEqual({ diagnostics: [], text: { serial: 1, lines: ['text'] }, ms: 1 });
    await client.run(undefined, hearing());
    await client.run(undefined, hearing());
    expect(names(port)).toEqual(['load', 'check', 'compile', 'patch', 'check', 'check']);
    expect(port.heard[1]?.calls[0]?.input).toBe(JSON.stringify({ nodes }));
  });

  it('asks for both at once when the last answer came within a frame', async () => {
    let ms = 40;
    const port = new FakePort((request) => ({ ...(fine(request) as WorkerAnswer), ms }));
    const client = wasmPreview(changes({ kind: 'all', flow }), () => port);
    const wanted = { format: 'yaml', serial: 1, shown: undefined } as const;
    await client.run(wanted, hearing());
    ms = 2;
    await client.run(wanted, hearing());
    await client.run(wanted, hearing());
    expect(names(port)).toEqual(['load', 'check', 'compile', 'check', 'compile', 'compile']);
  });

  it('tells the diagnostics first, and makes the text from the lines that changed', async () => {
    const found = { severity: 'error', code: 'F1' };
    const port = new FakePort(({ id, calls }) => {
      if (calls.at(-1)?.name === 'compile')
        queueMicrotask(() => port.say({ id, left: 1, head: { diagnostics: [found] }, body: '', ms: 1 }));
      const head = { diagnostics: [found], has_body: true, edit: { from: 1, to: 2 } };
      queueMicrotask(() => port.say({ id, left: 0, head, body: 'x\ny\n', ms: 2 }));
      return undefined;
    });
    const shown = { serial: 3, lines: ['a', 'b', 'c', ''] };
    const onChecked = vi.fn();
    const answer = await wasmPreview(changes({ kind: 'all', flow }), () => port).run(
      { format: 'yaml', shown, serial: 4 },
      { ...hearing(), onChecked },
    );
    expect(onChecked.mock.calls).toEqual([[[found]]]);
    const edit = { base: 3, from: 1, to: 2, lines: ['x', 'y'] };
    expect(answer.text).toEqual({ serial: 4, lines: ['a', 'x', 'y', 'c', ''], edit });
    const asked = port.heard[0]?.calls.at(-1)?.input;
    expect(asked).toBe(JSON.stringify({ format: 'yaml', edit: { base: 3, serial: 4 } }));
  });

  it('loads afresh when a patch does not fit', async () => {
    let refusals = 1;
    const refusedPatch = { error: { code: 'not_patchable', message: '' } };
    const port = new FakePort((request) =>
      request.calls[0]?.name === 'patch' && refusals-- > 0
        ? { id: request.id, left: 1, head: refusedPatch, body: '', ms: 0 }
        : fine(request),
    );
    const client = wasmPreview(changes({ kind: 'some', nodes: { set: [] } }), () => port);
    await client.run(undefined, hearing());
    expect(names(port)).toEqual(['load', 'check']);
    const some: DocumentChange = { kind: 'some', nodes: { set: [] } };
    const second = wasmPreview(changes({ kind: 'all', flow }, some), () => port);
    await second.run(undefined, hearing());
    await second.run(undefined, hearing());
    expect(names(port).slice(2)).toEqual(['load', 'check', 'patch', 'check', 'load', 'check']);
  });

  it('starts a broken worker once more and loads the whole', async () => {
    const ports = [new FakePort(broken), new FakePort(fine)];
    const client = wasmPreview(changes({ kind: 'all', flow }), () => ports.shift()!);
    const [, second] = ports;
    await client.run(undefined, hearing());
    expect(names(second!)).toEqual(['load', 'check']);
  });

  it('gives up after two, or when one is too slow', async () => {
    let started = 0;
    const client = wasmPreview(changes(), () => {
      started += 1;
      return new FakePort(broken);
    });
    await expect(client.run(undefined, hearing())).rejects.toBeInstanceOf(WorkerGone);
    await expect(client.run(undefined, hearing())).rejects.toBeInstanceOf(WorkerGone);
    expect(started).toBe(2);
  });
});
