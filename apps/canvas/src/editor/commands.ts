import { arrangeCommands } from './commands/arrange';
import { edgeCommands } from './commands/edge';
import { editCommands } from './commands/edit';
import { navCommands } from './commands/nav';
import { viewCommands } from './commands/view';
import { chordOf } from './keys';
import type { KeyPress, ToolContext } from './tools/context';
import type { ToolHost } from './tools/host';
import type { Camera } from '../model/camera';
import type { Place } from './history';
import type { MissingRows } from './duplicate';

/** What a command works on. */
export interface CommandContext extends ToolContext {
  readonly tools: ToolHost;
  undo(): void;
  redo(): void;
  canUndo(): boolean;
  canRedo(): boolean;
  /** Moves the view there, eased where motion is wanted. */
  glide(camera: Camera): void;
  readonly clipboard: ClipboardPort;
  /** Where a paste goes: the pointer while it is over the canvas. */
  pointer(): { x: number; y: number } | null;
  pasted(missing: MissingRows): void;
  place(): Place;
}

export interface ClipboardPort {
  read(): Promise<string>;
  write(text: string): Promise<void>;
}

export type CommandScope = 'canvas' | 'anywhere';

/** One act of the editor; menu, palette, shortcut, button and test call the same object (12 section 8.2). */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly keys: readonly string[];
  /** `canvas` commands answer to keys only while the canvas has the focus. */
  readonly scope: CommandScope;
  when(ctx: CommandContext): boolean;
  run(ctx: CommandContext): void;
}

export class CommandRegistry {
  private readonly byId_ = new Map<string, Command>();
  private readonly byKey_ = new Map<string, Command[]>();

  constructor(private readonly context_: CommandContext) {
    this.add([...editCommands, ...edgeCommands, ...navCommands, ...arrangeCommands, ...viewCommands]);
  }

  /** Adds commands of the page (save, deploy, docks, ...). A later id replaces an earlier one. */
  add(commands: readonly Command[]): void {
    for (const command of commands) {
      this.byId_.set(command.id, command);
      for (const key of command.keys) {
        const others = (this.byKey_.get(key) ?? []).filter((other) => other.id !== command.id);
        this.byKey_.set(key, [command, ...others]);
      }
    }
  }

  all(): readonly Command[] {
    return [...this.byId_.values()];
  }

  get(id: string): Command | undefined {
    return this.byId_.get(id);
  }

  can(id: string): boolean {
    return this.byId_.get(id)?.when(this.context_) ?? false;
  }

  /** Runs a command if it applies; whether it did. */
  run(id: string): boolean {
    const command = this.byId_.get(id);
    if (!command?.when(this.context_)) return false;
    command.run(this.context_);
    return true;
  }

  /** Gives a key press to the command it stands for; whether one took it. */
  handle(press: KeyPress, place: CommandScope): boolean {
    for (const command of this.byKey_.get(chordOf(press)) ?? []) {
      if (command.scope === 'canvas' && place !== 'canvas') continue;
      if (!command.when(this.context_)) continue;
      command.run(this.context_);
      return true;
    }
    return false;
  }
}
