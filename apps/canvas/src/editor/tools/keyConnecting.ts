import type { Point, Side } from '../../model/flow';
import { firstCompatible, type Verdict } from '../../model/graph';
import { distance } from '../../model/geometry';
import type { PortRef } from '../types';
import { connect, fixedEnd, rewire } from './connectCommon';
import { labelOf, type KeyPress, type Tool, type ToolContext } from './context';

interface Target {
  node: string;
  port: string;
  verdict: Verdict;
  away: number;
}

/**
 * Connecting by keyboard (12 section 11): up and down choose the output where there are several, left and
 * right walk through the targets, nearest first; typing finds one by name; Enter connects.
 */
export function keyConnecting(ctx: ToolContext, node: string): Tool {
  const outputs = ctx.index.ports(node, 'out').map((port) => port.id);
  const free = outputs.findIndex((port) => ctx.index.edgesAt(node, 'out', port).length === 0);
  const starts = outputs.map((port): PortRef => ({ node, side: 'out', port }));
  return new KeyConnecting(ctx, starts, Math.max(0, free), null);
}

/** The same walk for one end of an edge that is there. */
export function keyReconnecting(ctx: ToolContext, edge: string, end: 'source' | 'target'): Tool {
  const fixed = fixedEnd(ctx, edge, end);
  return new KeyConnecting(ctx, fixed ? [fixed] : [], 0, { edge, end });
}

class KeyConnecting implements Tool {
  readonly name = 'keyConnecting';
  private targets_: Target[] = [];
  private at_ = 0;
  private typed_ = '';

  constructor(
    private readonly ctx_: ToolContext,
    private readonly starts_: readonly PortRef[],
    private start_: number,
    private readonly rewired_: { edge: string; end: 'source' | 'target' } | null,
  ) {
    this.findTargets_();
  }

  enter(): void {
    if (this.targets_.length === 0) this.ctx_.announce('Nothing to connect to', 'assertive');
    else this.show_();
  }

  exit(): void {
    this.ctx_.set('connect', null);
  }

  down(): void {
    this.ctx_.rest();
  }

  cancel(): void {
    this.ctx_.rest();
    this.ctx_.announce('Not connected');
  }

  key(press: KeyPress): boolean {
    if (press.mod || press.alt) return false;
    if (press.key === 'ArrowRight') this.step_(1);
    else if (press.key === 'ArrowLeft') this.step_(-1);
    else if (press.key === 'ArrowDown') this.choosePort_(1);
    else if (press.key === 'ArrowUp') this.choosePort_(-1);
    else if (press.key === 'Enter') this.finish_();
    else if (press.key.length === 1) this.type_(press.key.toLowerCase());
    else return false;
    return true;
  }

  private findTargets_(): void {
    const from = this.starts_[this.start_];
    this.targets_ = from ? targetsOf(this.ctx_, from, this.rewired_?.edge ?? null) : [];
    this.at_ = 0;
  }

  private show_(): void {
    const target = this.targets_[this.at_];
    const from = this.starts_[this.start_];
    if (!target || !from) return;
    const { index } = this.ctx_;
    const side = from.side === 'out' ? 'in' : 'out';
    this.ctx_.set('connect', {
      from,
      point: index.portPoint(target.node, side, target.port) ?? { x: 0, y: 0 },
      to: { node: target.node, side, port: target.port },
      status: target.verdict.status,
      reason: target.verdict.reason,
      type: index.node(from.node)?.type === 'logic_decision' ? 'conditional' : 'sequential',
      edge: this.rewired_?.edge ?? null,
    });
    const reason = target.verdict.reason ? `, ${target.verdict.reason}` : '';
    const place = `${this.at_ + 1} of ${this.targets_.length}`;
    this.ctx_.announce(`To ${labelOf(this.ctx_, target.node)}, ${place}${reason}`);
  }

  private step_(by: number): void {
    const count = Math.max(1, this.targets_.length);
    this.at_ = (this.at_ + by + count) % count;
    this.show_();
  }

  private choosePort_(by: number): void {
    const count = Math.max(1, this.starts_.length);
    this.start_ = (this.start_ + by + count) % count;
    this.findTargets_();
    this.ctx_.announce(`From ${this.starts_[this.start_]?.port ?? ''}`);
    this.show_();
  }

  /** Letters typed in a row find a target by its label; one that fits nothing starts anew. */
  private type_(letter: string): void {
    for (const text of [this.typed_ + letter, letter]) {
      this.typed_ = text;
      const found = this.targets_.findIndex((target) => {
        return labelOf(this.ctx_, target.node).toLowerCase().startsWith(text);
      });
      if (found < 0) continue;
      this.at_ = found;
      this.show_();
      return;
    }
  }

  private finish_(): void {
    const preview = this.ctx_.editor.connect;
    if (!preview) return;
    const wanted = { ...preview };
    const target = this.targets_[this.at_]?.node ?? null;
    if (wanted.status !== 'refused') this.ctx_.rest();
    if (this.rewired_) rewire(this.ctx_, wanted, this.rewired_.edge, this.rewired_.end);
    else if (connect(this.ctx_, wanted)) this.ctx_.set('focus', target);
  }
}

/** Every node the port could go to, the valid ones nearest first, then the refused ones. */
function targetsOf(ctx: ToolContext, from: PortRef, rewired: string | null): Target[] {
  const side: Side = from.side === 'out' ? 'in' : 'out';
  const start: Point = ctx.index.portPoint(from.node, from.side, from.port) ?? { x: 0, y: 0 };
  const targets: Target[] = [];
  for (const id of ctx.index.nodeIds()) {
    if (id === from.node) continue;
    const best = firstCompatible(ctx.index, from, id, rewired);
    if (!best) continue;
    const point = ctx.index.portPoint(id, side, best.place.port) ?? start;
    targets.push({ node: id, port: best.place.port, verdict: best.verdict, away: distance(start, point) });
  }
  const rank = (target: Target): number => (target.verdict.status === 'refused' ? 1 : 0);
  return targets.sort((a, b) => rank(a) - rank(b) || a.away - b.away);
}
