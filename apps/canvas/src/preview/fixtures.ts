import { runTests } from '../api/flows';
import type { TestReport } from '../api/types';
import type { FlowDocument } from '../model/flow';
import { WorkerGone } from './compilerWorker';
import type { WasmPreview } from './wasmClient';

/** Who may run the fixtures of a flow. */
export interface FixtureRunners {
  compiler: Pick<WasmPreview, 'ask'> | undefined;
  /** The server runs them only for a flow that it has. */
  flowId: string | null;
  document: () => FlowDocument;
}

/**
 * Runs fixtures on the document as it is now; `each` hears the reports of 06 §8 as they come. The page runs
 * one at a time: each may use seconds, and a worker that says nothing for long counts as broken.
 */
export async function runFixtures(
  names: readonly string[],
  by: FixtureRunners,
  each: (report: TestReport) => void,
): Promise<void> {
  const left = [...names];
  try {
    if (by.compiler) {
      for (; left[0] !== undefined; left.shift())
        each((await by.compiler.ask('tests', { names: [left[0]] })) as unknown as TestReport);
      return;
    }
  } catch (error) {
    if (!(error instanceof WorkerGone) || by.flowId === null) throw error;
  }
  each(await runTests(by.flowId ?? '', { names: left, content: by.document() }));
}
