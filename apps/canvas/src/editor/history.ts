import { batch, createSignal } from 'solid-js';
import * as Y from 'yjs';
import { LOCAL, rootNames, rootsOf } from '../sync/flowDoc';

/** What a step keeps beside its changes, so that undo brings back where the person was. */
export interface Place {
  selection: Record<string, true>;
  focus: string | null;
}

interface StackEvent {
  stackItem: { meta: Map<string, unknown> };
  type: 'undo' | 'redo';
}

const depth = 500;
const mergeWithin = 500;

/** Undo over all roots but `sys`, of this person's changes alone (12 section 9.1). */
export class History {
  readonly manager: Y.UndoManager & { captureTimeout: number };
  private level_ = 0;
  private label_ = '';
  private before_: Place | null = null;
  private mergeKey_ = '';
  private mergedAt_ = 0;
  private readonly counts_ = createSignal({ undo: 0, redo: 0 });

  constructor(
    private readonly doc_: Y.Doc,
    private readonly place_: { read: () => Place; restore: (place: Place) => void },
    private readonly now_: () => number = () => performance.now(),
  ) {
    const roots = rootsOf(doc_);
    this.manager = new Y.UndoManager(
      rootNames.filter((name) => name !== 'sys').map((name) => roots[name]),
      {
        trackedOrigins: new Set([LOCAL]),
        captureTimeout: mergeWithin,
      },
    );
    this.manager.on('stack-item-added', (event: StackEvent) => this.added_(event));
    this.manager.on('stack-item-updated', () => this.count_());
    this.manager.on('stack-cleared', () => this.count_());
  }

  canUndo(): boolean {
    return this.counts_[0]().undo > 0;
  }

  canRedo(): boolean {
    return this.counts_[0]().redo > 0;
  }

  /** Runs writes as one step. Steps with the same merge key close together in time become one. */
  transact<T>(label: string, fn: () => T, mergeKey = ''): T {
    if (this.level_ > 0) return fn();
    const now = this.now_();
    const merges = mergeKey !== '' && mergeKey === this.mergeKey_ && now - this.mergedAt_ < mergeWithin;
    if (!merges) this.manager.stopCapturing();
    this.label_ = label;
    this.before_ = this.place_.read();
    this.level_++;
    try {
      return batch(() => this.doc_.transact(fn, LOCAL));
    } finally {
      this.level_--;
      this.mergeKey_ = mergeKey;
      this.mergedAt_ = now;
      if (mergeKey === '') this.manager.stopCapturing();
    }
  }

  /** Runs writes as part of the last step, however long ago that was. */
  extend(fn: () => void): void {
    const { manager } = this;
    const held = manager.captureTimeout;
    manager.captureTimeout = Infinity;
    manager.lastChange = this.manager.undoStack.length > 0 ? 1 : 0;
    this.level_++;
    try {
      batch(() => this.doc_.transact(fn, LOCAL));
    } finally {
      this.level_--;
      manager.captureTimeout = held;
      manager.stopCapturing();
    }
  }

  /** Takes back the last step; its label, or null when there is none. */
  undo(): string | null {
    return this.step_('undo');
  }

  redo(): string | null {
    return this.step_('redo');
  }

  clear(): void {
    this.manager.clear();
    this.mergeKey_ = '';
    this.count_();
  }

  dispose(): void {
    this.manager.destroy();
  }

  private step_(kind: 'undo' | 'redo'): string | null {
    const stack = kind === 'undo' ? this.manager.undoStack : this.manager.redoStack;
    const item = stack[stack.length - 1];
    if (!item) return null;
    const label = String(item.meta.get('label') ?? '');
    const place = item.meta.get('place') as Place | undefined;
    this.mergeKey_ = '';
    this.label_ = label;
    this.before_ = this.place_.read();
    batch(() => {
      if (kind === 'undo') this.manager.undo();
      else this.manager.redo();
      if (place) this.place_.restore(place);
    });
    this.count_();
    return label;
  }

  private added_(event: StackEvent): void {
    event.stackItem.meta.set('label', this.label_);
    event.stackItem.meta.set('place', this.before_ ?? this.place_.read());
    while (this.manager.undoStack.length > depth) this.manager.undoStack.shift();
    this.count_();
  }

  private count_(): void {
    this.counts_[1]({ undo: this.manager.undoStack.length, redo: this.manager.redoStack.length });
  }
}
