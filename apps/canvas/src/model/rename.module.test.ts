import { expect, it } from 'vitest';
import { findCases } from '../../../../tests/flows/golden.mjs';
import { loadModule } from '../preview/testing';
import type { FlowDocument, FlowNode } from './flow';
import { namesInConfig, renameInConfig } from './rename';

/** What is copied cannot wait for the compiler, so the rules stand here once more: held to the compiler's. */
it('renames in the flows of the golden files as the compiler does', async () => {
  const module = await loadModule();
  let compared = 0;
  for (const { path, sections } of findCases()) {
    const flow = documentOf(sections['flow']);
    if (!flow) continue;
    const names = Object.fromEntries(
      flow.nodes.flatMap((node) =>
        [...namesInConfig(node.type, node.config ?? {})].map((name) => [name, `${name}_2`]),
      ),
    );
    module.call('load', JSON.stringify(flow));
    const changed = module.call('rename', JSON.stringify({ names })).head['nodes'] as FlowNode[];
    const theirs = new Map(changed.map((node) => [node.id, node.config]));
    for (const node of flow.nodes) {
      const ours = renameInConfig(node.type, node.config ?? {}, new Map(Object.entries(names)));
      expect(ours, `${path} ${node.id}`).toEqual(theirs.get(node.id) ?? node.config ?? {});
      if (theirs.has(node.id)) compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(50);
});

function documentOf(text: string | undefined): FlowDocument | undefined {
  try {
    const flow = JSON.parse(text ?? 'null') as FlowDocument | null;
    return Array.isArray(flow?.nodes) && flow.nodes.every((node) => typeof node.config === 'object')
      ? flow
      : undefined;
  } catch {
    return undefined;
  }
}
