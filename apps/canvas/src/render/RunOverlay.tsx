import { createMemo, For, Show, type JSX } from 'solid-js';
import { unwrap } from 'solid-js/store';
import { toScreen } from '../model/camera';
import type { Point } from '../model/flow';
import { useScene, type NodeRun } from './scene';
import { texts } from './texts';

/** What hangs under running nodes: streamed text, and the person a step waits for. */
export function RunBubbles(): JSX.Element {
  const scene = useScene();
  const { store, index, editor } = scene.session;
  const bearing = createMemo(() => {
    scene.geometry();
    const run = scene.run();
    if (!run) return [];
    return unwrap(store.nodeOrder).filter((id) => {
      const state = run.nodeState(id)?.state;
      return state === 'streaming' || (state === 'suspended' && scene.canResolve(id));
    });
  });
  const under = (id: string): Point => {
    const rect = index.rectOf(id) ?? { x: 0, y: 0, w: 0, h: 0 };
    return toScreen(editor.viewport, { x: rect.x, y: rect.y + rect.h });
  };
  return (
    <Show when={editor.viewport.k >= 0.4}>
      <For each={bearing()}>
        {(id) => (
          <Show when={scene.run()?.nodeState(id)}>
            {(run) => <Bubble id={id} run={run()} at={under(id)} />}
          </Show>
        )}
      </For>
    </Show>
  );
}

function Bubble(props: { id: string; run: NodeRun; at: Point }): JSX.Element {
  const scene = useScene();
  const place = (): JSX.CSSProperties => ({
    transform: `translate(${Math.round(props.at.x)}px, ${Math.round(props.at.y + 20)}px)`,
  });
  return (
    <Show
      when={props.run.state === 'streaming'}
      fallback={
        <div class="waits-for" style={place()}>
          <span>{props.run.text}</span>
          <button type="button" onClick={() => scene.resolve(props.id)}>
            {texts.resolve}
          </button>
        </div>
      }
    >
      <div class="stream-bubble" style={place()} aria-label={texts.cursor}>
        {(props.run.text ?? '').slice(-200)}
        <span class="stream-caret" aria-hidden="true" />
      </div>
    </Show>
  );
}
