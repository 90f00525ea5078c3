import { createMemo, Show, type JSX } from 'solid-js';
import { selectedNodes } from '../editor/tools/context';
import { toScreen } from '../model/camera';
import type { Rect } from '../model/flow';
import { union } from '../model/geometry';
import { categoryOf } from '../model/kinds';
import { IconButton } from '../ui/Button';
import { useScene } from './scene';
import { texts } from './texts';

/** What one does most with the selection, floating above it. */
export function SelectionBar(): JSX.Element {
  const { session, readOnly } = useScene();
  const { editor, index, store } = session;
  const nodes = createMemo(() => {
    void store.meta.revision;
    return selectedNodes(session);
  });
  const box = createMemo((): Rect | null => {
    void store.meta.revision;
    return union(nodes().map((id) => index.rectOf(id)).filter((rect) => rect !== undefined));
  });
  const shown = (): boolean => nodes().length > 0 && editor.tool === 'idle' && !editor.rename && !editor.quickAdd && !readOnly()
    && editor.viewport.k >= 0.25;
  const place = (rect: Rect): JSX.CSSProperties => {
    const at = toScreen(editor.viewport, { x: rect.x + rect.w / 2, y: rect.y });
    const below = at.y < 64;
    const bottom = toScreen(editor.viewport, { x: 0, y: rect.y + rect.h }).y;
    const x = Math.min(Math.max(at.x, 108), editor.size.w - 108);
    return { transform: `translate(${Math.round(x)}px, ${Math.round(below ? bottom + 14 : at.y - 48)}px) translateX(-50%)` };
  };
  const stopped = (): boolean => nodes().every((id) => index.node(id)?.config['breakpoint'] === true);
  const pausable = (): boolean => nodes().some((id) => categoryOf(index.node(id)?.type ?? '') !== 'entry');
  const run = (id: string) => (): void => void session.commands.run(id);
  return (
    <Show when={shown() && box()}>
      {(rect) => (
        <div class="float-bar selection-bar" role="toolbar" aria-label={texts.selectionBar} style={place(rect())}>
          <Show when={session.requests.runFrom && nodes().length === 1}>
            <IconButton icon="play" label={texts.run} onClick={() => session.requests.runFrom?.(nodes()[0] ?? '')} />
          </Show>
          <Show when={pausable()}>
            <button
              type="button" class="icon-btn" aria-label={texts.breakpoint} title={texts.breakpoint} aria-pressed={stopped()}
              onClick={run('edit.toggleBreakpoint')}
            >
              <svg width="16" height="16" aria-hidden="true">
                <circle class="breakpoint-mark" classList={{ 'is-on': stopped() }} cx="8" cy="8" r="4.75" />
              </svg>
            </button>
          </Show>
          <IconButton icon="copy" label={texts.duplicate} shortcut="Mod+D" onClick={run('edit.duplicate')} />
          <Show when={nodes().length === 1}>
            <IconButton icon="plus" label={texts.addAfter} shortcut="A" onClick={run('add.quick')} />
          </Show>
          <IconButton icon="more" label={texts.more} aria-haspopup="menu" onClick={(event) => openMenu(event)} />
          <span class="float-line" />
          <IconButton icon="close" label={texts.remove} shortcut="Del" onClick={run('edit.delete')} />
        </div>
      )}
    </Show>
  );

  function openMenu(event: MouseEvent & { currentTarget: Element }): void {
    const own = event.currentTarget.getBoundingClientRect();
    const host = event.currentTarget.closest('.flow-canvas')?.getBoundingClientRect();
    const screen = { x: own.left - (host?.left ?? 0), y: own.bottom - (host?.top ?? 0) + 4 };
    session.context.set('menu', { screen, target: { kind: 'node', id: nodes()[0] ?? null } });
  }
}
