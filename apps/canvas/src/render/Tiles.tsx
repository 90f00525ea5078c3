import { createMemo, For, type JSX } from 'solid-js';
import type { Rect } from '../model/flow';
import { categoryOf } from '../model/kinds';
import { EdgeLine } from './EdgeLine';
import { NodeView } from './NodeView';
import { useScene, worst, type Scene } from './scene';

const tile = 2048;

/** From far away: one path per category and tile, and the nodes that matter drawn on top (12 section 7.1). */
export function Tiles(props: { covered: Rect }): JSX.Element {
  const scene = useScene();
  const { index } = scene.session;
  const tiles = createMemo(() => {
    scene.geometry();
    return pathsOf(scene, index.nodeGrid.query(props.covered));
  });
  const lines = createMemo(() => {
    scene.geometry();
    return linesOf(scene, index.edgeGrid.query(props.covered));
  });
  const lifted = createMemo(() => {
    scene.geometry();
    return index.nodeGrid
      .query(props.covered)
      .filter((id) => matters(scene, id))
      .slice(0, 500);
  });
  const touched = createMemo(() =>
    Object.keys(scene.session.editor.selection)
      .filter((id) => index.edge(id))
      .slice(0, 200),
  );
  return (
    <>
      <For each={lines()}>{(path) => <path class="tile-edges" d={path} />}</For>
      <For each={tiles()}>
        {(entry) => <path class="tile-steps" data-category={entry.category} d={entry.path} />}
      </For>
      <For each={touched()}>{(id) => <EdgeLine id={id} straight />}</For>
      <For each={lifted()}>{(id) => <NodeView id={id} />}</For>
    </>
  );
}

/** Selected, erroneous, changed and running nodes are drawn by themselves. */
function matters(scene: Scene, id: string): boolean {
  const { editor } = scene.session;
  if (editor.lit?.[id]) return true;
  if (editor.selection[id] || editor.dragging[id] || (editor.keyboard && editor.focus === id)) return true;
  if (scene.changes()?.ofNode(id)) return true;
  if (worst(scene.diagnostics()?.byNode(id) ?? []) === 'error') return true;
  const state = scene.run()?.nodeState(id)?.state;
  return (
    state === 'running' ||
    state === 'streaming' ||
    state === 'failed' ||
    state === 'suspended' ||
    state === 'paused'
  );
}

function tileKey(x: number, y: number): string {
  return `${Math.floor(x / tile)},${Math.floor(y / tile)}`;
}

function pathsOf(scene: Scene, ids: readonly string[]): { category: string; path: string }[] {
  const paths = new Map<string, string>();
  for (const id of ids) {
    const rect = scene.session.index.rectOf(id);
    const node = scene.session.index.node(id);
    if (!rect || !node) continue;
    const key = `${categoryOf(node.type)} ${tileKey(rect.x, rect.y)}`;
    paths.set(key, `${paths.get(key) ?? ''}M${rect.x} ${rect.y}h${rect.w}v${rect.h}h${-rect.w}z`);
  }
  return [...paths].map(([key, path]) => ({ category: key.split(' ', 1)[0] ?? '', path }));
}

function linesOf(scene: Scene, ids: readonly string[]): string[] {
  const paths = new Map<string, string>();
  for (const id of ids) {
    const route = scene.session.index.route(id);
    const start = route?.pieces[0]?.a;
    if (!route || !start) continue;
    const key = tileKey(start.x, start.y);
    paths.set(key, `${paths.get(key) ?? ''}M${start.x} ${start.y}L${route.tip.x} ${route.tip.y}`);
  }
  return [...paths.values()];
}
