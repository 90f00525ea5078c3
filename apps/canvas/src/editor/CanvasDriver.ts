import { toScreen, toWorld } from '../model/camera';
import type { FlowDocument, NodeView, Point, Side } from '../model/flow';
import { pressOf } from './keys';
import { createSession, type CanvasSession, type SessionPorts } from './session';
import type { PointerSample } from './tools/context';
import type { SessionMeta } from './types';

export interface Held {
  shift?: boolean;
  mod?: boolean;
  alt?: boolean;
  space?: boolean;
}

/** Speaks gestures to a session without a DOM: points are world units, as the flow document has them. */
export class CanvasDriver {
  readonly session: CanvasSession;
  /** Everything that was announced, oldest first. */
  readonly said: string[] = [];
  private at_: Point = { x: 0, y: 0 };

  constructor(flow: FlowDocument, meta: SessionMeta = {}, ports: SessionPorts = {}) {
    this.session = createSession(flow, meta, ports);
    const announce = this.session.announce.bind(this.session);
    const note = (text: string, assertive?: 'assertive'): void => {
      this.said.push(text);
      announce(text, assertive);
    };
    this.session.announce = note;
    this.session.context.announce = note;
    this.session.tools.context.announce = note;
  }

  press(x: number, y: number, held: Held = {}, clicks = 1, button = 0): this {
    this.session.tools.down(this.sample_({ x, y }, held, clicks, button));
    return this;
  }

  /** Moves there in a few steps, as a hand does. */
  moveTo(x: number, y: number, held: Held = {}): this {
    const from = this.at_;
    for (let i = 1; i <= 4; i++) {
      const point = { x: from.x + ((x - from.x) * i) / 4, y: from.y + ((y - from.y) * i) / 4 };
      this.session.tools.move(this.sample_(point, held));
    }
    return this;
  }

  release(held: Held = {}): this {
    this.session.tools.up(this.sample_(this.at_, held));
    return this;
  }

  /** Lets go outside of the canvas. */
  releaseOutside(): this {
    this.session.tools.up({ ...this.sample_(this.at_, {}), inside: false });
    return this;
  }

  click(x: number, y: number, held: Held = {}, clicks = 1): this {
    return this.press(x, y, held, clicks).release(held);
  }

  drag(from: Point, to: Point, held: Held = {}): this {
    return this.press(from.x, from.y, held).moveTo(to.x, to.y, held).release(held);
  }

  /** A key as the canvas would get it: to the tool first, then to the commands. */
  key(chord: string): this {
    const press = pressOf(chord);
    const { tools, commands } = this.session;
    if (chord === 'Escape' && tools.busy) tools.cancel();
    else if (!tools.key(press)) commands.handle(press, 'canvas');
    return this;
  }

  tick(): this {
    this.session.tools.tick();
    return this;
  }

  port(node: string, side: Side, port?: string): Point {
    const { index } = this.session;
    const point = index.portPoint(node, side, port ?? index.ports(node, side)[0]?.id ?? '');
    if (!point) throw new Error(`no port of ${node}`);
    return point;
  }

  /** A point on the body of a node that is no port. */
  body(node: string): Point {
    const rect = this.session.index.rectOf(node);
    if (!rect) throw new Error(`no node ${node}`);
    return { x: rect.x + 100, y: rect.y + 20 };
  }

  expectNode(id: string): NodeView {
    const node = this.session.store.nodes[id];
    if (!node) throw new Error(`node ${id} is not in the flow`);
    return node;
  }

  selection(): string[] {
    return Object.keys(this.session.editor.selection).sort();
  }

  private sample_(world: Point, held: Held, clicks = 1, button = 0): PointerSample {
    this.at_ = world;
    const screen = toScreen(this.session.editor.viewport, world);
    return {
      screen,
      client: screen,
      world: toWorld(this.session.editor.viewport, screen),
      button,
      clicks,
      inside: true,
      pointerType: 'mouse',
      shift: held.shift ?? false,
      mod: held.mod ?? false,
      alt: held.alt ?? false,
      space: held.space ?? false,
    };
  }
}
