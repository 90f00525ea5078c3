import { invokeCore, postBundle } from '../api/cores';
import { compileFlow } from '../api/flows';
import type { Diagnostic } from '../api/types';
import type { FlowDocument, JsonObject } from '../model/flow';
import { fromBase64, withSourceId } from '../preview/scir';

export type StartResult =
  { kind: 'started'; executionId: string; coreId: string } | { kind: 'refused'; diagnostics: Diagnostic[] };

/**
 * Runs the document as it is (12 §13.2): compiled to a bundle, posted as the caller's draft Core of this
 * flow, invoked. `breakpoints` are node ids that exist in the debugger only.
 */
export async function startDraft(
  flow: FlowDocument,
  principal: string,
  input: JsonObject,
  breakpoints: readonly string[],
): Promise<StartResult> {
  const compiled = await compileFlow(flow, 'ir');
  if (compiled.body === null) return { kind: 'refused', diagnostics: compiled.diagnostics };
  const bundle = withSourceId(fromBase64(compiled.body), `draft:${flow.id}:${principal}`);
  const coreId = await postBundle(bundle);
  return start(coreId, input, breakpoints);
}

/** Invokes a Core that exists and returns at once. */
export async function start(
  coreId: string,
  input: JsonObject,
  breakpoints: readonly string[],
): Promise<StartResult & { kind: 'started' }> {
  const result = await invokeCore(coreId, {
    input,
    mode: 'async',
    debug: { breakpoints: [...breakpoints], step: false },
  });
  return { kind: 'started', executionId: result.execution_id, coreId };
}
