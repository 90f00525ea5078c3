import { toWorld, zoomAt } from '../model/camera';
import type { Point } from '../model/flow';
import { distance } from '../model/geometry';
import { pasteInto } from '../editor/commands/edit';
import { copyText } from '../editor/duplicate';
import type { CanvasSession } from '../editor/session';
import { hitAt, select, type KeyPress, type PointerSample } from '../editor/tools/context';
import { selectedNodes } from '../editor/tools/context';

const doubleClickWithin = 400;

/** Turns the events of the host element into samples and key presses for the session. */
export class CanvasInput {
  private lastPress_ = { time: 0, at: { x: 0, y: 0 }, clicks: 0 };
  private space_: 'up' | 'down' | 'used' = 'up';
  private frame_ = 0;
  private readonly touches_ = new Map<number, Point>();

  constructor(
    private readonly session_: CanvasSession,
    private readonly host_: HTMLElement,
  ) {}

  readonly pointerDown = (event: PointerEvent): void => {
    if (event.button > 1) return;
    this.host_.focus({ preventScroll: true });
    if (this.pinchStarts_(event)) return;
    if (event.button === 1) event.preventDefault();
    if (this.session_.editor.tool !== 'placing') this.host_.setPointerCapture(event.pointerId);
    if (this.space_ === 'down') this.space_ = 'used';
    this.session_.tools.down(this.sample_(event, this.clicksOf_(event)));
    this.run_();
  };

  readonly pointerMove = (event: PointerEvent): void => {
    if (this.pinch_(event)) return;
    const sample = this.sample_(event, 1);
    this.session_.setPointer(sample.inside ? sample.world : null);
    this.session_.tools.move(sample);
  };

  readonly pointerUp = (event: PointerEvent): void => {
    this.touches_.delete(event.pointerId);
    const placing = this.session_.editor.tool === 'placing';
    this.session_.tools.up(this.sample_(event, 1));
    if (placing && this.session_.editor.tool === 'idle') this.host_.focus({ preventScroll: true });
  };

  readonly pointerCancel = (event: PointerEvent): void => {
    this.touches_.delete(event.pointerId);
    this.session_.tools.cancel();
  };

  readonly pointerLeave = (): void => {
    this.session_.setPointer(null);
    if (this.session_.editor.tool === 'idle') this.session_.context.set('hover', null);
  };

  readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const { context, editor } = this.session_;
    if (event.ctrlKey || event.metaKey) {
      const pinch = Math.abs(event.deltaY) < 40 && event.deltaMode === 0 ? 0.01 : 0.0022;
      const next = zoomAt(
        editor.viewport,
        this.screen_(event),
        editor.viewport.k * Math.exp(-event.deltaY * unit * pinch),
      );
      context.set('viewport', next);
      return;
    }
    const dx = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    const dy = event.shiftKey && event.deltaX === 0 ? 0 : event.deltaY;
    context.set('viewport', (view) => ({ x: view.x - dx * unit, y: view.y - dy * unit }));
  };

  readonly contextMenu = (event: MouseEvent): void => {
    event.preventDefault();
    const byKey = event.button !== 2 && event.detail === 0 && event.clientX === 0;
    if (byKey) this.menuAtFocus_();
    else this.menuAt_(this.screen_(event));
  };

  readonly keyDown = (event: KeyboardEvent): void => {
    if (event.isComposing || event.defaultPrevented) return;
    const press = pressFrom(event);
    if (event.key === ' ' && !press.mod) {
      event.preventDefault();
      if (this.space_ === 'up') this.space_ = 'down';
      return;
    }
    if (event.key === 'ContextMenu' || (event.key === 'F10' && press.shift)) {
      event.preventDefault();
      this.menuAtFocus_();
      return;
    }
    if (press.mod && !press.alt && !press.shift && /^[cxv]$/i.test(event.key)) return;
    if (this.handle_(press)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  readonly keyUp = (event: KeyboardEvent): void => {
    if (event.key === 'Alt' || event.key === 'Shift') this.session_.tools.key(pressFrom(event));
    if (event.key !== ' ') return;
    const tapped = this.space_ === 'down';
    this.space_ = 'up';
    if (tapped && !this.session_.tools.busy) {
      this.session_.context.set('keyboard', true);
      this.session_.commands.run('nav.toggleSelect');
    }
  };

  readonly copy = (event: ClipboardEvent): void => this.copy_(event, 'edit.copy');
  readonly cut = (event: ClipboardEvent): void => this.copy_(event, 'edit.cut');

  readonly paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!this.session_.commands.can('edit.paste') || text === '') return;
    event.preventDefault();
    pasteInto(this.session_.context, text);
  };

  dispose(): void {
    cancelAnimationFrame(this.frame_);
  }

  private handle_(press: KeyPress): boolean {
    const { tools, commands, context } = this.session_;
    if (press.key === 'Escape' && tools.busy) {
      tools.cancel();
      return true;
    }
    if (tools.key(press)) return true;
    if (tools.busy) return false;
    const done = commands.handle(press, 'canvas');
    if (done && /^(Arrow|Home|End)/.test(press.key)) context.set('keyboard', true);
    return done;
  }

  private copy_(event: ClipboardEvent, command: 'edit.copy' | 'edit.cut'): void {
    const { commands, context } = this.session_;
    const focus = context.editor.focus;
    const selected = selectedNodes(context);
    const ids = selected.length > 0 ? selected : focus && context.index.node(focus) ? [focus] : [];
    if (ids.length === 0 || !commands.can(command)) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', copyText(context, ids));
    if (command === 'edit.cut') commands.run('edit.delete');
    else this.session_.announce(ids.length === 1 ? 'Copied step' : `Copied ${ids.length} steps`);
  }

  private menuAt_(screen: Point): void {
    const { context, editor } = this.session_;
    const hit = hitAt(context, toWorld(editor.viewport, screen));
    const kind =
      hit.kind === 'empty' ? 'canvas' : hit.kind === 'node' || hit.kind === 'port' ? 'node' : 'edge';
    const id = hit.kind === 'empty' ? null : hit.id;
    if (id && !editor.selection[id]) select(context, [id]);
    if (id) context.set('focus', id);
    context.set('menu', { screen, target: { kind, id } });
  }

  private menuAtFocus_(): void {
    const { context, editor, index } = this.session_;
    const { focus, viewport } = editor;
    const at = focus ? (index.rectOf(focus) ?? index.route(focus)?.pill) : null;
    const screen = at
      ? { x: at.x * viewport.k + viewport.x + 24, y: at.y * viewport.k + viewport.y + 24 }
      : { x: 48, y: 48 };
    const kind = focus && index.node(focus) ? 'node' : focus && index.edge(focus) ? 'edge' : 'canvas';
    context.set('menu', { screen, target: { kind, id: focus } });
  }

  /** Calls the tool once a frame while a gesture goes on, so that the view can scroll under a still hand. */
  private run_(): void {
    cancelAnimationFrame(this.frame_);
    const step = (): void => {
      if (!this.session_.tools.busy) return;
      this.session_.tools.tick();
      this.frame_ = requestAnimationFrame(step);
    };
    this.frame_ = requestAnimationFrame(step);
  }

  private clicksOf_(event: PointerEvent): number {
    const at = { x: event.clientX, y: event.clientY };
    const last = this.lastPress_;
    const again =
      event.timeStamp - last.time < doubleClickWithin && distance(last.at, at) < 6 && last.clicks === 1;
    this.lastPress_ = { time: event.timeStamp, at, clicks: again ? 2 : 1 };
    return this.lastPress_.clicks;
  }

  private screen_(event: { clientX: number; clientY: number }): Point {
    const box = this.host_.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private sample_(event: PointerEvent, clicks: number): PointerSample {
    const screen = this.screen_(event);
    return {
      screen,
      client: { x: event.clientX, y: event.clientY },
      world: toWorld(this.session_.editor.viewport, screen),
      button: event.button,
      pointerType: event.pointerType,
      shift: event.shiftKey,
      mod: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      space: this.space_ !== 'up',
      clicks,
      inside: this.inside_(event, screen),
    };
  }

  private inside_(event: PointerEvent, screen: Point): boolean {
    const { w, h } = this.session_.editor.size;
    if (screen.x < 0 || screen.y < 0 || screen.x > w || screen.y > h) return false;
    if (this.host_.hasPointerCapture(event.pointerId)) return true;
    return this.host_.contains(document.elementFromPoint(event.clientX, event.clientY));
  }

  /** A second finger ends the gesture of the first: two fingers pan and zoom. */
  private pinchStarts_(event: PointerEvent): boolean {
    if (event.pointerType !== 'touch') return false;
    this.touches_.set(event.pointerId, this.screen_(event));
    if (this.touches_.size < 2) return false;
    this.session_.tools.cancel();
    return true;
  }

  private pinch_(event: PointerEvent): boolean {
    if (event.pointerType !== 'touch' || !this.touches_.has(event.pointerId)) return false;
    const before = [...this.touches_.values()];
    const now = this.screen_(event);
    this.touches_.set(event.pointerId, now);
    if (this.touches_.size < 2) return false;
    const after = [...this.touches_.values()];
    const [a, b, c, d] = [before[0], before[1], after[0], after[1]];
    if (!a || !b || !c || !d) return true;
    const middle = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
    const { context, editor } = this.session_;
    const zoomed = zoomAt(
      editor.viewport,
      middle,
      editor.viewport.k * (distance(c, d) / Math.max(1, distance(a, b))),
    );
    context.set('viewport', {
      ...zoomed,
      x: zoomed.x + middle.x - (a.x + b.x) / 2,
      y: zoomed.y + middle.y - (a.y + b.y) / 2,
    });
    return true;
  }
}

export function pressFrom(event: KeyboardEvent): KeyPress {
  return {
    key: event.key,
    code: event.code,
    shift: event.shiftKey,
    mod: event.ctrlKey || event.metaKey,
    alt: event.altKey,
  };
}
