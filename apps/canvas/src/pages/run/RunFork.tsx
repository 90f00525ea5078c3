import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createResource } from 'solid-js';
import { coreVersions } from '../../api/cores';
import type { JournalRecord } from '../../api/types';
import type { Occurrence } from '../../debugger/runState';
import type { RunStore } from '../../debugger/runStore';
import { savedBy } from '../../debugger/spent';
import type { TimeTravel } from '../../debugger/timeTravel';
import type { JsonObject } from '../../model/flow';
import { ForkDialog } from '../../panels/run/ForkDialog';
import { useApp } from '../app';
import type { RunFlow } from '../runFlow';
import { settled } from '../settled';
import { answerables, postDraft } from './runDebugger';

/** The fork dialog of a run; what it makes opens beside the run it came from. */
export function RunFork(props: {
  open: boolean;
  flow: RunFlow;
  runs: RunStore;
  travel: TimeTravel;
  records: JournalRecord[] | undefined;
  chosen: Occurrence | undefined;
  nodeInfo: (id: string) => { label: string };
  onClose: () => void;
}): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const at = () => props.travel.seq() ?? props.travel.last();
  const [versions] = createResource(
    () => (props.open ? props.flow.core.core_id : undefined),
    (id) => coreVersions(id).catch(() => []),
  );
  const chosen = () => (props.chosen ? `${props.chosen.blockId}:${props.chosen.occurrence}` : undefined);
  const answers = () => answerables(props.records, props.runs, at(), props.nodeInfo);
  return (
    <ForkDialog
      open={props.open}
      executionId={props.runs.run.executionId}
      seq={at()}
      last={props.travel.last()}
      input={(props.runs.run.input ?? {}) as JsonObject}
      answers={answers()}
      saved={(preview) => savedBy(props.records, at(), preview)}
      chosen={answers().find((each) => each.key === chosen())?.key}
      versions={settled(versions) ?? []}
      irHash={props.runs.record()?.ir_hash}
      draft={props.flow.flowId ? () => postDraft(props.flow.flowId ?? '', app.me()?.sub ?? '') : undefined}
      nodeInfo={props.nodeInfo}
      onClose={props.onClose}
      onForked={(id) => navigate(`/runs/${props.runs.run.executionId}/with/${id}`)}
    />
  );
}
