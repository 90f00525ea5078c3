import { For, Show, type JSX } from 'solid-js';
import { toScreen } from '../model/camera';
import { nodeWidth } from '../model/geometry';
import { measureText } from './measure';
import { useScene, type PeerMark } from './scene';

/** The dashed ring and name tag of somebody else on this node. */
export function PeerRing(props: { mark: PeerMark | undefined; height: number }): JSX.Element {
  const text = (mark: PeerMark): string => (mark.field ? `${mark.name} · editing ${mark.field}` : mark.name);
  return (
    <Show when={props.mark}>
      {(mark) => (
        <g class="peer" style={{ '--peer': mark().color }}>
          <rect class="peer-ring" x="-4" y="-4" width={nodeWidth + 8} height={props.height + 8} rx="9" />
          <rect
            class="peer-tag"
            x="0"
            y="-26"
            width={measureText(text(mark()), 'port') + 16}
            height="18"
            rx="4"
          />
          <text class="peer-name" x="8" y="-13">
            {text(mark())}
          </text>
        </g>
      )}
    </Show>
  );
}

/** Where the others point: drawn on the screen, not scaled with the graph. */
export function PeerCursors(): JSX.Element {
  const scene = useScene();
  return (
    <div class="peer-cursors" aria-hidden="true">
      <For each={scene.peers()?.cursors() ?? []}>
        {(cursor) => {
          const at = (): { x: number; y: number } => toScreen(scene.session.editor.viewport, cursor.at);
          return (
            <div
              class="peer-cursor"
              style={{ transform: `translate(${at().x}px, ${at().y}px)`, '--peer': cursor.color }}
            >
              <svg width="18" height="18" viewBox="0 0 18 18">
                <path d="M2 2l12.5 5-5.5 2-2 5.5z" />
              </svg>
              <span>{cursor.name}</span>
            </div>
          );
        }}
      </For>
    </div>
  );
}
