import { createMemo, Show, type JSX } from 'solid-js';
import { selectedEdges, selectedNodes } from '../editor/tools/context';
import { toScreen } from '../model/camera';
import type { CanvasSession } from '../editor/session';
import type { EditorState, MenuState } from '../editor/types';
import type { NodeView, Rect } from '../model/flow';
import { union } from '../model/geometry';
import { categoryOf } from '../model/kinds';
import { IconButton } from '../ui/Button';
import { useScene } from './scene';
import { texts } from './texts';

/** What one does most with the selection, floating above it. */
export function SelectionBar(): JSX.Element {
  const { session, readOnly, geometry } = useScene();
  const { editor, index } = session;
  const nodes = createMemo(() => {
    geometry();
    return selectedNodes(session);
  });
  const edge = createMemo(() => {
    const chosen = selectedEdges(session);
    return nodes().length === 0 && chosen.length === 1 ? chosen[0] : undefined;
  });
  const box = createMemo((): Rect | null => {
    geometry();
    const pill = index.route(edge() ?? '')?.pill;
    if (pill) return { x: pill.x, y: pill.y - 10, w: 0, h: 20 };
    const rects = nodes().map((id) => index.rectOf(id));
    return union(rects.filter((rect) => rect !== undefined));
  });
  const busy = (): boolean =>
    editor.tool !== 'idle' ||
    [editor.rename, editor.quickAdd, editor.conditionEdit].some((open) => open !== null);
  const shown = (): boolean => box() !== null && !busy() && !readOnly() && editor.viewport.k >= 0.25;
  return (
    <Show when={shown() && box()}>
      {(rect) => (
        <div
          class="float-bar selection-bar"
          role="toolbar"
          aria-label={texts.selectionBar}
          style={placeFor(editor, rect())}
          onMouseDown={(event) => event.preventDefault()}
        >
          <Show when={edge()} fallback={<Buttons nodes={nodes()} />}>
            {(id) => <EdgeButtons id={id()} />}
          </Show>
        </div>
      )}
    </Show>
  );
}

/** Above the selection, or below it where there is no room above. */
function placeFor(editor: EditorState, rect: Rect): JSX.CSSProperties {
  const top = toScreen(editor.viewport, { x: rect.x + rect.w / 2, y: rect.y });
  const bottom = toScreen(editor.viewport, { x: 0, y: rect.y + rect.h }).y;
  const x = Math.round(Math.min(Math.max(top.x, 108), editor.size.w - 108));
  const y = Math.round(top.y < 64 ? bottom + 14 : top.y - 48);
  return { transform: `translate(${x}px, ${y}px) translateX(-50%)` };
}

function Buttons(props: { nodes: readonly string[] }): JSX.Element {
  const { session } = useScene();
  const node = (id: string): NodeView | undefined => session.store.nodes[id];
  const stopped = (): boolean => props.nodes.every((id) => node(id)?.config['breakpoint'] === true);
  const pausable = (): boolean => props.nodes.some((id) => categoryOf(node(id)?.type ?? '') !== 'entry');
  const single = (): string | undefined => (props.nodes.length === 1 ? props.nodes[0] : undefined);
  const run = (id: string) => (): void => void session.commands.run(id);
  return (
    <>
      <Show when={session.requests.runFrom && single()}>
        {(id) => (
          <IconButton icon="play" label={texts.run} onClick={() => session.requests.runFrom?.(id())} />
        )}
      </Show>
      <Show when={pausable()}>
        <button
          type="button"
          class="icon-btn"
          aria-label={texts.breakpoint}
          title={texts.breakpoint}
          aria-pressed={stopped()}
          onClick={run('edit.toggleBreakpoint')}
        >
          <svg width="16" height="16" aria-hidden="true">
            <circle class="breakpoint-mark" classList={{ 'is-on': stopped() }} cx="8" cy="8" r="4.75" />
          </svg>
        </button>
      </Show>
      <IconButton icon="copy" label={texts.duplicate} shortcut="Mod+D" onClick={run('edit.duplicate')} />
      <Show when={single()}>
        <IconButton icon="plus" label={texts.addAfter} shortcut="A" onClick={run('add.quick')} />
      </Show>
      <IconButton
        icon="more"
        label={texts.more}
        aria-haspopup="menu"
        onClick={(event) => openMenu(session, event, { kind: 'node', id: props.nodes[0] ?? null })}
      />
      <span class="float-line" />
      <IconButton icon="close" label={texts.remove} shortcut="Del" onClick={run('edit.delete')} />
    </>
  );
}

function EdgeButtons(props: { id: string }): JSX.Element {
  const { session } = useScene();
  const run = (id: string) => (): void => void session.commands.run(id);
  return (
    <>
      <IconButton icon="plus" label={texts.insert} shortcut="I" onClick={run('add.onEdge')} />
      <IconButton
        icon="more"
        label={texts.more}
        aria-haspopup="menu"
        onClick={(event) => openMenu(session, event, { kind: 'edge', id: props.id })}
      />
      <span class="float-line" />
      <IconButton icon="close" label={texts.remove} shortcut="Del" onClick={run('edit.delete')} />
    </>
  );
}

function openMenu(
  session: CanvasSession,
  event: MouseEvent & { currentTarget: Element },
  target: MenuState['target'],
): void {
  const own = event.currentTarget.getBoundingClientRect();
  const host = event.currentTarget.closest('.flow-canvas')?.getBoundingClientRect();
  const screen = { x: own.left - (host?.left ?? 0), y: own.bottom - (host?.top ?? 0) + 4 };
  session.context.set('menu', { screen, target });
}
