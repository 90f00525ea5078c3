import type { JSX } from 'solid-js';
import { IconButton } from '../ui/Button';
import { useScene } from './scene';
import { texts } from './texts';

/** Zoom, fit and minimap, floating at the lower left. */
export function ZoomBar(): JSX.Element {
  const { session } = useScene();
  const run = (id: string) => (): void => void session.commands.run(id);
  return (
    <div
      class="float-bar zoom-bar"
      role="toolbar"
      aria-label={texts.zoomBar}
      onMouseDown={(event) => event.preventDefault()}
    >
      <IconButton icon="minus" label={texts.zoomOut} shortcut="Mod+-" onClick={run('view.zoomOut')} />
      <button type="button" class="zoom-value" title={texts.zoomReset} onClick={run('view.zoomReset')}>
        {`${Math.round(session.editor.viewport.k * 100)} %`}
      </button>
      <IconButton icon="plus" label={texts.zoomIn} shortcut="Mod+=" onClick={run('view.zoomIn')} />
      <span class="float-line" />
      <IconButton icon="fit" label={texts.fit} shortcut="Shift+1" onClick={run('view.fit')} />
      <IconButton
        icon="map"
        label={texts.minimap}
        shortcut="M"
        aria-pressed={session.editor.minimap}
        onClick={run('view.minimap')}
      />
    </div>
  );
}
