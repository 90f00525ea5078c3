import type { ChangeMark } from '../model/difference';
import type { EdgeView, NodeView } from '../model/flow';
import { kindTitle, portsOf } from '../model/kinds';
import { duration as showDuration } from '../ui/format';
import type { NodeRun, Scene } from './scene';

const said: Readonly<Record<string, string>> = {
  waiting: 'waiting',
  running: 'running',
  streaming: 'running',
  suspended: 'waits for a person',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  reused: 'recorded',
  skipped: 'not reached',
};

/**
 * "Respond, Guarded LLM, 4 of 9, inputs 1 of 1, outputs 1 of 1 connected, 2 problems, done" (12 section
 * 11).
 */
export function nodeName(
  scene: Scene,
  node: NodeView,
  run: NodeRun | undefined,
  change: ChangeMark | undefined,
): string {
  const { index, editor } = scene.session;
  scene.structure();
  const ports = portsOf(node);
  const inputs = ports.inputs.filter((port) => index.edgesAt(node.id, 'in', port.id).length > 0).length;
  const outputs = ports.outputs.filter((port) => index.edgesAt(node.id, 'out', port.id).length > 0).length;
  const problems = scene.diagnostics()?.byNode(node.id).length ?? 0;
  const parts = [
    node.label,
    kindTitle(node.type),
    `${(scene.places().get(node.id) ?? 0) + 1} of ${scene.places().size}`,
    `${inputs} of ${ports.inputs.length} inputs and ${outputs} of ${ports.outputs.length} outputs connected`,
  ];
  if (problems > 0) parts.push(problems === 1 ? '1 problem' : `${problems} problems`);
  if (node.config['breakpoint'] === true) parts.push('breakpoint');
  if (run)
    parts.push(
      run.durationMs === undefined
        ? (said[run.state] ?? run.state)
        : `${said[run.state]} in ${showDuration(run.durationMs)}`,
    );
  if (change) parts.push(change);
  if (editor.selection[node.id]) parts.push('selected');
  return parts.join(', ');
}

/** "from Sure enough? to Reply, conditional, confidence > 0.7" */
export function edgeName(scene: Scene, edge: EdgeView, change: ChangeMark | undefined): string {
  const label = (id: string): string => scene.session.store.nodes[id]?.label ?? id;
  const parts = [`from ${label(edge.source.node)} to ${label(edge.target.node)}`, edge.type];
  if (edge.condition) parts.push(edge.condition);
  if (change) parts.push(change);
  if (scene.session.editor.selection[edge.id]) parts.push('selected');
  return parts.join(', ');
}
