import { afterEach, expect, test, vi } from 'vitest';
import type { FlowDocument } from '../model/flow';
import { Refused, WorkerGone } from './compilerWorker';
import { runFixtures } from './fixtures';

const report = { passed: 1, failed: 0, results: [] };
const document = () => ({ id: 'f', nodes: [], edges: [] }) as unknown as FlowDocument;
const compiler = (answer: () => Promise<Record<string, unknown>>) => ({
  ask: vi.fn((..._: [name: string, args: unknown]) => answer()),
});

function server() {
  const headers = { 'Content-Type': 'application/json' };
  const answer = () => new Response(JSON.stringify(report), { headers });
  const fetched = vi.fn((..._: Parameters<typeof fetch>) => Promise.resolve(answer()));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

test('the page runs them one by one, for a flow that no server has', async () => {
  const fetched = server();
  const here = compiler(() => Promise.resolve(report));
  const each = vi.fn();
  await runFixtures(['a', 'b'], { compiler: here, flowId: null, document }, each);
  expect(here.ask.mock.calls).toEqual([
    ['tests', { names: ['a'] }],
    ['tests', { names: ['b'] }],
  ]);
  expect(each.mock.calls).toEqual([[report], [report]]);
  expect(fetched).not.toHaveBeenCalled();
});

test('the server runs those that are left of a saved flow when the worker is gone', async () => {
  const fetched = server();
  const answers = [Promise.resolve(report), Promise.reject(new WorkerGone('broken'))];
  const gone = compiler(() => answers.shift() ?? Promise.resolve(report));
  const each = vi.fn();
  await runFixtures(['a', 'b', 'c'], { compiler: gone, flowId: 'f', document }, each);
  expect(each).toHaveBeenCalledTimes(2);
  const [address, sent] = fetched.mock.calls[0] ?? [];
  expect(String(address)).toContain('/v1/flows/f/run-tests');
  expect(JSON.parse(sent?.body as string)).toMatchObject({ names: ['b', 'c'] });
});

test('a refusal is told, and nobody else is asked', async () => {
  const fetched = server();
  const refusing = compiler(() => Promise.reject(new Refused('bad_request', 'no such test')));
  const asked = runFixtures(['b'], { compiler: refusing, flowId: 'f', document }, vi.fn());
  await expect(asked).rejects.toThrow('no such test');
  expect(fetched).not.toHaveBeenCalled();
});
