import { instantiate, type CompilerModule } from './module';
import { refusalOf } from './protocol';
import type { FromWorker, WorkerAnswer, WorkerRequest, WorkerStart } from './protocol';

/** The compiler in a worker of its own (12 §12), so that the page never waits for it. */

let newest: Int32Array | null = null;
let running: WorkerRequest | undefined;
const decoder = new TextDecoder();
const say = (message: FromWorker): void => postMessage(message);

const isOutdated = (): boolean =>
  running?.abandonable === true && newest !== null && Atomics.load(newest, 0) > running.id;

function run(module: CompilerModule, request: WorkerRequest): WorkerAnswer {
  const started = performance.now();
  running = request;
  let answer: WorkerAnswer = { id: request.id, head: {}, body: '', ms: 0 };
  for (const { name, input } of request.calls) {
    const { head, body } = module.call(name, input);
    answer = { ...answer, head, body: head['format'] === 'ir' ? base64(body) : decoder.decode(body) };
    if (refusalOf(head)) break;
  }
  return { ...answer, ms: performance.now() - started };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step)
    text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

async function start({ url, newest: shared }: WorkerStart): Promise<void> {
  newest = shared;
  const module = await instantiate(await WebAssembly.compileStreaming(fetch(url)), { isOutdated });
  addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
    try {
      say(run(module, data));
    } catch (error) {
      say({ id: data.id, fault: String(error) });
      close();
    }
  });
  say('ready');
}

addEventListener(
  'message',
  ({ data }: MessageEvent<WorkerStart>) => {
    start(data).catch((error: unknown) => say({ id: null, fault: String(error) }));
  },
  { once: true },
);
