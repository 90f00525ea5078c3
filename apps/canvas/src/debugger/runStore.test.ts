import { createRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunStore } from './runStore';
import { createRunStore } from './runStore';

const RECORD = {
  execution_id: 'exec_1',
  status: 'running',
  input: { message: 'hi' },
  waiting_on: [],
  started_at: '2026-05-18T09:30:00.000Z',
};
const WAITING = {
  kind: 'checkpoint',
  node_id: 'node_review',
  since: '2026-05-18T09:30:01.000Z',
  checkpoint_id: 'c1',
};

/** Lets the test write the stream of one execution by hand. */
class Stream {
  private controller_!: ReadableStreamDefaultController<Uint8Array>;
  readonly body = new ReadableStream<Uint8Array>({ start: (c) => void (this.controller_ = c) });
  send(event: string, data: unknown, id = ''): void {
    const text = `${id === '' ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.controller_.enqueue(new TextEncoder().encode(text));
  }
}

let records: number;
let stream: Stream;
let frames: (() => void)[];

beforeEach(() => {
  records = 0;
  stream = new Stream();
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
  vi.stubGlobal('cancelAnimationFrame', () => {});
  vi.stubGlobal('fetch', (path: string) => {
    if (path.includes('/stream')) return Promise.resolve(new Response(stream.body, { status: 200 }));
    records += 1;
    return Promise.resolve(Response.json({ status: 'ok', data: RECORD }));
  });
});
afterEach(() => vi.unstubAllGlobals());

function opened(): RunStore {
  const store = createRoot(() => createRunStore());
  store.open('exec_1');
  return store;
}

const draw = (): void => frames.splice(0).forEach((run) => run());

const entered = {
  type: 'scaicore.runtime.block.entered',
  timestamp: '2026-05-18T09:30:01.000Z',
  payload: {
    node_id: 'node_review',
    block_id: 'node_review',
    occurrence: 0,
    fiber: 0,
    block_kind: 'checkpoint',
  },
};

test('the status of the stream decides, and nothing is asked again', async () => {
  const store = opened();
  await vi.waitFor(() => expect(store.link()).toBe('live'));
  stream.send(entered.type, entered, '1.0');
  stream.send('status', { status: 'suspended', waiting_on: [WAITING] });
  await vi.waitFor(() => {
    draw();
    expect(store.run.status).toBe('suspended');
  });
  expect(store.run.nodes['node_review']).toMatchObject({ state: 'suspended', checkpointId: 'c1' });
  expect(records).toBe(1);
  store.close();
});

test('what is older never undoes what is newer within one frame', async () => {
  const store = opened();
  await vi.waitFor(() => expect(store.link()).toBe('live'));
  stream.send('status', { status: 'suspended', waiting_on: [WAITING] });
  stream.send('status', { status: 'running', waiting_on: [] });
  stream.send('status', { status: 'suspended', waiting_on: [WAITING] });
  await vi.waitFor(() => {
    draw();
    expect(store.run.waiting).toHaveLength(1);
  });
  expect(store.run.status).toBe('suspended');
  store.close();
});
