import { getCore } from '../api/cores';
import { getFlow, getVersion, listDeployments } from '../api/flows';
import type { Core, Execution } from '../api/types';
import type { FlowDocument, FlowNode } from '../model/flow';
import { readDraft } from './drafts';

/**
 * The document a run is drawn on (12 §13.3): that version of the flow; for a draft run the present
 * document.
 */
export interface RunFlow {
  core: Core;
  flow: FlowDocument | undefined;
  flowId: string | undefined;
  /** Version that ran; undefined for a draft. */
  version: string | undefined;
  /** Present version of the flow where it differs. */
  newer: string | undefined;
  draft: boolean;
}

interface Source {
  source_id?: unknown;
  source_version?: unknown;
}

export async function loadRunFlow(run: Pick<Execution, 'core_id' | 'ir_hash' | 'version'>): Promise<RunFlow> {
  const core = await getCore(run.core_id);
  const meta = sourceOf(core);
  const draft = /^draft:([^:]+):/.exec(meta.id ?? '');
  if (draft?.[1]) return { core, ...(await draftFlow(draft[1])) };
  if (meta.id === undefined)
    return { core, flow: undefined, flowId: undefined, version: undefined, newer: undefined, draft: false };
  const version = (await deployedVersion(meta.id, run.ir_hash)) ?? run.version ?? meta.version;
  try {
    const [present, ran] = await Promise.all([
      getFlow(meta.id),
      version ? getVersion(meta.id, version) : undefined,
    ]);
    const now = present.data.version;
    return {
      core,
      flowId: meta.id,
      draft: false,
      version,
      flow: ran?.content ?? present.data.content,
      newer: version !== undefined && now !== version ? now : undefined,
    };
  } catch {
    return { core, flow: undefined, flowId: meta.id, version, newer: undefined, draft: false };
  }
}

async function draftFlow(flowId: string): Promise<Omit<RunFlow, 'core'>> {
  const local = readDraft(flowId)?.flow;
  const flow =
    local ??
    (await getFlow(flowId).then(
      (answer) => answer.data.content,
      () => undefined,
    ));
  return { flow, flowId, version: undefined, newer: undefined, draft: true };
}

/** The version whose deployment made this IR. */
async function deployedVersion(flowId: string, irHash: string): Promise<string | undefined> {
  try {
    const page = await listDeployments(flowId);
    return page.items.find((item) => item.ir_hash === irHash)?.version ?? undefined;
  } catch {
    return undefined;
  }
}

function sourceOf(core: Core): { id: string | undefined; version: string | undefined } {
  const meta = (core.metadata['scaiflow_meta'] ?? {}) as Source;
  return {
    id: typeof meta.source_id === 'string' ? meta.source_id : undefined,
    version: typeof meta.source_version === 'string' ? meta.source_version : undefined,
  };
}

/** A node of the run's document; undefined when it is gone. */
export function nodeIn(flow: FlowDocument | undefined, id: string | null | undefined): FlowNode | undefined {
  return flow?.nodes.find((node) => node.id === id);
}
