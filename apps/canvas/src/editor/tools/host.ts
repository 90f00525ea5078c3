import type { Point } from '../../model/flow';
import type { KeyPress, PointerSample, Tool, ToolContext } from './context';
import { idle } from './idle';
import { placing } from './placing';

/** Holds the one active tool and hands it the events of the canvas. */
export class ToolHost {
  private tool_: Tool;
  private readonly context_: ToolContext;

  constructor(base: Omit<ToolContext, 'go' | 'rest'>) {
    this.context_ = { ...base, go: (tool) => this.go_(tool), rest: () => this.go_(idle(this.context_)) };
    this.tool_ = idle(this.context_);
  }

  get context(): ToolContext {
    return this.context_;
  }

  get active(): Tool {
    return this.tool_;
  }

  /** True while a gesture is under way, which Escape then ends. */
  get busy(): boolean {
    return this.tool_.name !== 'idle';
  }

  down(sample: PointerSample): void {
    this.tool_.down?.(sample);
  }

  move(sample: PointerSample): void {
    this.tool_.move?.(sample);
  }

  up(sample: PointerSample): void {
    this.tool_.up?.(sample);
  }

  tick(): void {
    this.tool_.tick?.();
  }

  key(press: KeyPress): boolean {
    return this.tool_.key?.(press) ?? false;
  }

  cancel(): void {
    this.tool_.cancel();
  }

  start(tool: Tool): void {
    if (this.busy) this.cancel();
    this.go_(tool);
  }

  /** A kind is taken from the palette; `client` is the pointer in client pixels. */
  beginPlace(kind: string, client: Point): void {
    if (this.context_.mayEdit()) this.start(placing(this.context_, kind, client));
  }

  private go_(tool: Tool): void {
    this.tool_.exit?.();
    this.tool_ = tool;
    this.context_.set('tool', tool.name);
    tool.enter?.();
  }
}
