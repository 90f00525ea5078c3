import { listCheckpoints } from '../api/cores';
import type { RunState } from './runState';

/** Id of the checkpoint that a node of a run waits for; undefined when nothing waits there any more. */
export async function pendingCheckpoint(run: RunState, nodeId: string): Promise<string | undefined> {
  const known = run.nodes[nodeId]?.checkpointId;
  if (known) return known;
  const open = await listCheckpoints({ execution_id: run.executionId, status: 'pending' }).catch(() => []);
  return open.find((item) => item.node_id === nodeId)?.id;
}
