import ELK from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { LayoutEngine } from './layout';

/** Starts the layout engine in its worker. Loaded on first use only: the engine is large. */
export function startLayout(): LayoutEngine {
  const elk = new ELK({ workerUrl });
  return (graph) => elk.layout(graph) as ReturnType<LayoutEngine>;
}
