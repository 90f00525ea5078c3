import type { Point, Port } from '../../model/flow';
import { checkConnection, firstCompatible, type Verdict } from '../../model/graph';
import { distance } from '../../model/geometry';
import type { PortRef } from '../types';
import { connect } from './connectCommon';
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
  return new KeyConnecting(ctx, node);
}

class KeyConnecting implements Tool {
  readonly name = 'keyConnecting';
  private readonly outputs_: readonly Port[];
  private output_: number;
  private targets_: Target[];
  private at_ = 0;
  private typed_ = '';

  constructor(
    private readonly ctx_: ToolContext,
    private readonly node_: string,
  ) {
    this.outputs_ = ctx_.index.ports(node_, 'out');
    const free = this.outputs_.findIndex((port) => ctx_.index.edgesAt(node_, 'out', port.id).length === 0);
    this.output_ = Math.max(0, free);
    this.targets_ = targetsOf(ctx_, this.from_());
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

  private from_(): PortRef {
    return { node: this.node_, side: 'out', port: this.outputs_[this.output_]?.id ?? '' };
  }

  private show_(): void {
    const target = this.targets_[this.at_];
    if (!target) return;
    const { index } = this.ctx_;
    const decides = index.node(this.node_)?.type === 'logic_decision';
    this.ctx_.set('connect', {
      from: this.from_(),
      point: index.portPoint(target.node, 'in', target.port) ?? { x: 0, y: 0 },
      to: { node: target.node, side: 'in', port: target.port },
      status: target.verdict.status,
      reason: target.verdict.reason,
      type: decides ? 'conditional' : 'sequential',
      edge: null,
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
    const count = Math.max(1, this.outputs_.length);
    this.output_ = (this.output_ + by + count) % count;
    this.targets_ = targetsOf(this.ctx_, this.from_());
    this.at_ = 0;
    const port = this.outputs_[this.output_];
    this.ctx_.announce(`From ${port?.label ?? port?.id ?? ''}`);
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
    if (wanted.status !== 'refused') this.ctx_.rest();
    if (connect(this.ctx_, wanted)) this.ctx_.set('focus', this.targets_[this.at_]?.node ?? this.node_);
  }
}

/** Every node the port could go to, the valid ones nearest first, then the refused ones. */
function targetsOf(ctx: ToolContext, from: PortRef): Target[] {
  const start: Point = ctx.index.portPoint(from.node, 'out', from.port) ?? { x: 0, y: 0 };
  const targets: Target[] = [];
  for (const id of ctx.index.nodeIds()) {
    if (id === from.node || ctx.index.ports(id, 'in').length === 0) continue;
    const best = firstCompatible(ctx.index, from, id);
    if (!best) continue;
    const point = ctx.index.portPoint(id, 'in', best.place.port) ?? start;
    targets.push({
      node: id,
      port: best.place.port,
      verdict: checkConnection(ctx.index, from, best.place),
      away: distance(start, point),
    });
  }
  const rank = (target: Target): number => (target.verdict.status === 'refused' ? 1 : 0);
  return targets.sort((a, b) => rank(a) - rank(b) || a.away - b.away);
}
