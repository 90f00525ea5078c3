import { Show, type JSX } from 'solid-js';
import { toScreen } from '../model/camera';
import { Icon } from '../ui/Icon';
import { useScene } from './scene';

/** Why an edge may not end where it is held, or what to know about it. */
export function Verdict(): JSX.Element {
  const { session } = useScene();
  const preview = () => {
    const { connect } = session.editor;
    return connect && connect.reason !== '' ? connect : null;
  };
  return (
    <Show when={preview()}>
      {(connect) => {
        const at = (): { x: number; y: number } => toScreen(session.editor.viewport, connect().point);
        return (
          <div
            class="verdict"
            data-status={connect().status}
            style={{ transform: `translate(${at().x + 16}px, ${at().y + 16}px)` }}
          >
            <Icon name={connect().status === 'refused' ? 'error' : 'warning'} size={14} />
            <span>{connect().reason}</span>
          </div>
        );
      }}
    </Show>
  );
}
