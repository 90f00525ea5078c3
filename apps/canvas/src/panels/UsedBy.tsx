import type { JSX } from 'solid-js';
import { For } from 'solid-js';
import type { FlowStore } from '../editor/types';
import { bindingOf, categoryOf } from '../model/kinds';
import { KindIcon } from '../ui/Icon';

/** Nodes and edge conditions whose text mentions the result of a node, by their ids. */
export function usersOf(store: FlowStore, id: string): string[] {
  const node = store.nodes[id];
  if (!node) return [];
  const name = bindingOf(node);
  const mention = new RegExp(`(?<![\\w.])(?:node_)?${name}(?!\\w)`);
  const users = store.nodeOrder.filter((other) => {
    const config = store.nodes[other]?.config;
    return other !== id && config !== undefined && mention.test(expressionsOf(JSON.stringify(config)));
  });
  const byEdge = store.edgeOrder
    .map((edgeId) => store.edges[edgeId])
    .filter((edge) => edge?.condition !== undefined && mention.test(edge.condition))
    .map((edge) => edge?.source.node ?? '');
  return [...new Set([...users, ...byEdge.filter((other) => other !== id)])];
}

/** Values of a config as one text, without the names of its members. */
function expressionsOf(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"\s*:/g, ' ');
}

export function UsedBy(props: {
  ids: readonly string[];
  store: FlowStore;
  onGo: (id: string) => void;
}): JSX.Element {
  return (
    <For each={props.ids}>
      {(id) => (
        <button type="button" class="line-button" onClick={() => props.onGo(id)}>
          <KindIcon
            kind={props.store.nodes[id]?.type ?? ''}
            category={categoryOf(props.store.nodes[id]?.type ?? '')}
          />
          <span class="cut">{props.store.nodes[id]?.label ?? id}</span>
        </button>
      )}
    </For>
  );
}
