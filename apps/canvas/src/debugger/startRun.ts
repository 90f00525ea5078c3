import { getCore, invokeCore, postBundle } from '../api/cores';
import { forkExecution } from '../api/debug';
import { compileFlow } from '../api/flows';
import type { Diagnostic } from '../api/types';
import type { FlowDocument, JsonObject } from '../model/flow';
import { fromBase64, withSourceId } from '../preview/scir';

export interface Refused {
  kind: 'refused';
  diagnostics: Diagnostic[];
}
export interface Started {
  kind: 'started';
  executionId: string;
}
export type StartResult = Started | Refused;

/** Posts a document, compiled, as the caller's draft Core of its flow (12 §13.2); the Core's id. */
async function postDraft(flow: FlowDocument, principal: string): Promise<string | Refused> {
  const compiled = await compileFlow(flow, 'ir');
  if (compiled.body === null) return { kind: 'refused', diagnostics: compiled.diagnostics };
  return postBundle(withSourceId(fromBase64(compiled.body), `draft:${flow.id}:${principal}`));
}

/** Address of a document's IR, once it is posted as the caller's draft. */
export async function postDraftIr(flow: FlowDocument, principal: string): Promise<string | Refused> {
  const core = await postDraft(flow, principal);
  return typeof core === 'string' ? ((await getCore(core)).ir_hash ?? '') : core;
}

/** Runs the document as it is. `breakpoints` are node ids that exist in the debugger only. */
export async function startDraft(
  flow: FlowDocument,
  principal: string,
  input: JsonObject,
  breakpoints: readonly string[],
): Promise<StartResult> {
  const core = await postDraft(flow, principal);
  return typeof core === 'string' ? start(core, input, breakpoints) : core;
}

/**
 * Runs the document as it is, with every recorded answer of an earlier run whose question has stayed the
 * same: a fork with the draft's IR (07 §18).
 */
export async function startReusing(
  origin: string,
  flow: FlowDocument,
  principal: string,
  input: JsonObject,
  breakpoints: readonly string[],
): Promise<StartResult> {
  const hash = await postDraftIr(flow, principal);
  if (typeof hash !== 'string') return hash;
  const result = await forkExecution(origin, { ir_hash: hash, input, breakpoints: [...breakpoints] });
  return { kind: 'started', executionId: result.execution_id };
}

/** Invokes a Core that exists and returns at once. */
export async function start(
  coreId: string,
  input: JsonObject,
  breakpoints: readonly string[],
): Promise<Started> {
  const result = await invokeCore(coreId, {
    input,
    mode: 'async',
    debug: { breakpoints: [...breakpoints], step: false },
  });
  return { kind: 'started', executionId: result.execution_id };
}
