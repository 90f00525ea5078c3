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

/** The report of 06 §8 on the document as it is now; all fixtures where `names` is empty. */
export async function runFixtures(names: string[], by: FixtureRunners): Promise<TestReport> {
  try {
    if (by.compiler) return (await by.compiler.ask('tests', { names })) as unknown as TestReport;
  } catch (error) {
    if (!(error instanceof WorkerGone) || by.flowId === null) throw error;
  }
  const wanted = names.length > 0 ? { names } : {};
  return runTests(by.flowId ?? '', { ...wanted, content: by.document() });
}
