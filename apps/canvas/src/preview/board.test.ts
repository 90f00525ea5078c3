import { afterEach, describe, expect, it, vi } from 'vitest';
import { Board } from './board';
import { CompilerWorker, type WorkerPort } from './compilerWorker';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './protocol';

const head = { n: 1 };
const answer = (id: number, body = 'a: "ä"\n'): WorkerAnswer => ({ id, left: 0, head, body, ms: 1 });

/** Two sides of one memory. */
function sides(): { page: Board; worker: Board } {
  vi.stubGlobal('crossOriginIsolated', true);
  const page = Board.create();
  if (!page) throw new Error('no board');
  return { page, worker: new Board(page.memory) };
}

afterEach(() => vi.unstubAllGlobals());

describe('the memory that page and worker share', () => {
  it('is not there where the page may not share memory', () => {
    vi.stubGlobal('crossOriginIsolated', false);
    expect(Board.create()).toBeUndefined();
  });

  it('tells the newest request, and never an older one', () => {
    const { page, worker } = sides();
    page.outdate(3);
    page.outdate(2);
    expect(worker.newest).toBe(3);
  });

  it('gives the answer to its request alone', () => {
    const { page, worker } = sides();
    worker.show(answer(2));
    expect(page.take(1)).toBeUndefined();
    expect(page.take(2)).toEqual(answer(2));
    worker.show(answer(3, ''));
    expect(page.take(2)).toBeUndefined();
    expect(page.take(3)).toEqual(answer(3, ''));
  });

  it('leaves an answer that is too long to the message', () => {
    const { page, worker } = sides();
    worker.show(answer(2, 'x'.repeat(256 * 1024)));
    expect(page.take(2)).toBeUndefined();
  });
});

describe('a frame', () => {
  /** Requests and frames as they come; nothing is answered by itself. */
  async function begun() {
    const { page, worker: far } = sides();
    const frames: (() => void)[] = [];
    vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
    const heard: WorkerRequest[] = [];
    const port: WorkerPort = {
      onmessage: null,
      onerror: null,
      postMessage: (message: WorkerStart | WorkerRequest) => {
        if ('calls' in message) heard.push(message);
      },
      terminate: () => undefined,
    };
    const worker = new CompilerWorker(port, 'u', 1000, page);
    const say = (data: WorkerAnswer | 'ready') => port.onmessage?.({ data } as MessageEvent);
    say('ready');
    const first = worker.ask([]);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    return { worker, far, frames, say, heard, first };
  }

  it('takes the answer that is there before its message is heard, once', async () => {
    const { worker, far, frames, say, heard, first } = await begun();
    expect(frames).toHaveLength(0);
    say(answer(1));
    await first;
    const second = worker.ask([]);
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    far.show(answer(2, 'b'));
    frames[0]?.();
    expect((await second).body).toBe('b');
    say(answer(2, 'late'));
    expect((await second).body).toBe('b');
  });

  it('waits for no answer of a compiler that is slow', async () => {
    const { worker, frames, say, heard, first } = await begun();
    say({ ...answer(1), ms: 5 });
    await first;
    void worker.ask([]);
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(frames).toHaveLength(0);
  });
});
