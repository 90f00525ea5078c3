import { createEffect, createSignal, on } from 'solid-js';
import { cancelExecution } from '../../api/cores';
import { debugExecution } from '../../api/debug';
import { getFlow } from '../../api/flows';
import { asApiError } from '../../api/http';
import type { JournalRecord } from '../../api/types';
import { bindDebugKeys } from '../../debugger/debugKeys';
import type { RunStore } from '../../debugger/runStore';
import { isOver } from '../../debugger/runState';
import { postDraftIr } from '../../debugger/startRun';
import type { TimeTravel } from '../../debugger/timeTravel';
import type { CanvasSession } from '../../editor/session';
import type { Json } from '../../model/flow';
import type { Answerable } from '../../panels/run/ForkDialog';
import type { DebugAction } from '../../panels/run/RunControls';
import { t } from '../../ui/i18n';
import { toast } from '../../ui/Toast';
import { readDraft } from '../drafts';

/** What one does with a run: steps, breakpoints of this session, forks; by buttons and by keys. */
export function createRunDebugger(
  id: () => string,
  session: CanvasSession,
  runs: RunStore,
  travel: TimeTravel,
  mayDebug: () => boolean,
  occurrence: (by: 1 | -1) => void,
) {
  const [forking, setForking] = createSignal(false);
  const act = async (action: DebugAction, fiber?: number): Promise<void> => {
    if (isOver(runs.run.status)) return;
    try {
      if (action === 'cancel') await cancelExecution(id());
      else await debugExecution(id(), { action, ...(fiber === undefined ? {} : { fiber }) });
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  // A breakpoint that is set while the run goes on holds at once (12 §13.2).
  createEffect(
    on(
      () => {
        const set = session.editor.sessionBreakpoints;
        return Object.keys(set).filter((each) => set[each]);
      },
      (breakpoints) => {
        if (isOver(runs.run.status) || !mayDebug()) return;
        debugExecution(id(), { action: 'set', breakpoints }).catch((error: unknown) =>
          toast({ text: asApiError(error).message, look: 'error' }),
        );
      },
      { defer: true },
    ),
  );
  bindDebugKeys({
    act: (action) => void act(action),
    step: (by, unit) => travel.step(by, unit),
    fork: () => mayDebug() && setForking(true),
    occurrence,
  });
  return { act, forking, setForking };
}

const ANSWERS = /^(EffectSucceeded|CheckpointResolved|CallAnswered)$/;

/** Steps whose recorded answer can be replaced, as they were answered up to a position. */
export function answerables(
  records: readonly JournalRecord[] | undefined,
  runs: RunStore,
  until: number,
  nodeInfo: (id: string) => { label: string },
): Answerable[] {
  const out = new Map<string, Answerable>();
  for (const record of records ?? []) {
    if (record.seq > until || !ANSWERS.test(record.type) || !record.block_id) continue;
    const occurrence = record.occurrence ?? 1;
    const key = `${record.block_id}:${occurrence}`;
    const row = runs.run.rows.findLast(
      (each) => each.blockId === record.block_id && each.occurrence === occurrence,
    );
    const label = record.node_id ? nodeInfo(record.node_id).label : record.block_id;
    out.set(key, {
      key,
      blockId: record.block_id,
      occurrence,
      label: occurrence > 1 ? `${label} #${occurrence}` : label,
      value: row?.output as Json | undefined,
    });
  }
  return [...out.values()];
}

/** Compiles the present document of a flow and posts it as the caller's draft; the hash of its IR. */
export async function postDraft(flowId: string, principal: string): Promise<string> {
  const flow = readDraft(flowId)?.flow ?? (await getFlow(flowId)).data.content;
  const hash = await postDraftIr(flow, principal);
  if (typeof hash !== 'string') throw new Error(t('run.refused'));
  return hash;
}
