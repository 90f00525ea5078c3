import { afterEach, expect, test, vi } from 'vitest';
import type { FlowDocument } from '../model/flow';
import { Refused, WorkerGone } from './compilerWorker';
import { runFixtures } from './fixtures';

const report = { passed: 1, failed: 0, results: [] };
const document = () => ({ id: 'f', nodes: [], edges: [] }) as unknown as FlowDocument;
const compiler = (ask: () => Promise<Record<string, unknown>>) => ({ ask: vi.fn(ask) });

function server() {
  const headers = { 'Content-Type': 'application/json' };
  const answer = () => new Response(JSON.stringify(report), { headers });
  const fetched = vi.fn((..._: Parameters<typeof fetch>) => Promise.resolve(answer()));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

test('the page runs them, for a flow that no server has', async () => {
  const fetched = server();
  const here = compiler(() => Promise.resolve(report));
  expect(await runFixtures(['a'], { compiler: here, flowId: null, document })).toEqual(report);
  expect(here.ask).toHaveBeenCalledWith('tests', { names: ['a'] });
  expect(fetched).not.toHaveBeenCalled();
});

test('the server runs those of a saved flow when the worker is gone', async () => {
  const fetched = server();
  const gone = compiler(() => Promise.reject(new WorkerGone('broken')));
  expect(await runFixtures([], { compiler: gone, flowId: 'f', document })).toEqual(report);
  expect(String(fetched.mock.calls[0]?.[0])).toContain('/v1/flows/f/run-tests');
});

test('a refusal is told, and nobody else is asked', async () => {
  const fetched = server();
  const refusing = compiler(() => Promise.reject(new Refused('bad_request', 'no such test')));
  const asked = runFixtures(['b'], { compiler: refusing, flowId: 'f', document });
  await expect(asked).rejects.toThrow('no such test');
  expect(fetched).not.toHaveBeenCalled();
});
