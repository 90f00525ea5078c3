import type { FlowDocument } from '../flow';
import { FlowIndex } from '../flowIndex';

/** An index filled from a document, for tests of pure graph questions. */
export function seedIndex(flow: FlowDocument): FlowIndex {
  const index = new FlowIndex();
  for (const node of flow.nodes) {
    index.setNode({
      ...node,
      config: node.config ?? {},
      inputs: node.inputs ?? [],
      outputs: node.outputs ?? [],
    });
  }
  for (const edge of flow.edges) index.setEdge(edge);
  return index;
}
