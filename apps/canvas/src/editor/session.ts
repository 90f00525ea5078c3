import { batch, untrack } from 'solid-js';
import { reconcile } from 'solid-js/store';
import * as Y from 'yjs';
import type { Camera } from '../model/camera';
import type { DocumentSource } from '../model/change';
import type { FlowDocument, Point } from '../model/flow';
import type { FlowIndex } from '../model/flowIndex';
import { cloneJson } from '../model/json';
import { renderDoc, rootNames, rootsOf, SEED, seedDoc, configKey } from '../sync/flowDoc';
import { CommandRegistry, type ClipboardPort, type CommandContext } from './commands';
import { addMissing, type MissingRows } from './duplicate';
import { ChangeFeed } from './changeFeed';
import { createEditorStore } from './editorStore';
import { addPicked } from './quickAdd';
import { History } from './history';
import { Projection } from './projection';
import type { FontName, ToolContext } from './tools/context';
import { ToolHost } from './tools/host';
import type { EditorRequests, FlowMeta, FlowSession, SessionMeta } from './types';
import { DocWrites } from './writes';

export type * from './types';

/** What a session needs of the world around it; tests give their own. */
export interface SessionPorts {
  measure?: (text: string, font: FontName) => number;
  clipboard?: ClipboardPort;
  now?: () => number;
}

/** A session with the parts that the canvas itself uses. */
export interface CanvasSession extends FlowSession {
  readonly index: FlowIndex;
  readonly tools: ToolHost;
  readonly commands: CommandRegistry;
  readonly context: CommandContext;
  readonly history: History;
  readonly requests: EditorRequests;
  readonly ports: SessionPorts;
  /** A kind is taken from a palette that the page draws; the pointer event tells where. */
  beginPlace(kind: string, event: { clientX: number; clientY: number }): void;
  /** Adds a kind in the middle of the view, clear of other nodes. */
  placeAtCentre(kind: string): string | null;
  announce(text: string, assertive?: 'assertive'): void;
  select(ids: Iterable<string>): void;
  /** The rows that the last paste found missing, until they are added or dismissed. */
  addMissing(missing: MissingRows): void;
  onMissing(listener: (missing: MissingRows) => void): void;
  setPointer(point: Point | null): void;
  /** A canvas that only shows: nothing can be written until it is lifted. */
  setReadOnly(on: boolean): void;
}

/** Rough widths for where there is no page to measure in. */
function guessWidth(text: string, font: FontName): number {
  const perLetter: Record<FontName, number> = {
    title: 7.2,
    body: 6.6,
    small: 6.2,
    port: 5.8,
    pill: 6.6,
    code: 6.6,
  };
  return text.length * perLetter[font];
}

function memoryClipboard(): ClipboardPort {
  let held = '';
  return {
    read: () => Promise.resolve(held),
    write: (text) => {
      held = text;
      return Promise.resolve();
    },
  };
}

/** Opens a document for editing. Everything the canvas shows comes from the session's store. */
export function createSession(
  source: FlowDocument,
  meta: SessionMeta = {},
  ports: SessionPorts = {},
): CanvasSession {
  return new Session(source, meta, ports);
}

class Session implements CanvasSession {
  readonly doc = new Y.Doc();
  readonly store;
  readonly editor;
  readonly writes: DocWrites;
  readonly index: FlowIndex;
  readonly tools: ToolHost;
  readonly commands: CommandRegistry;
  readonly context: CommandContext;
  readonly history: History;
  readonly requests: EditorRequests = {};
  readonly ports: SessionPorts;
  private readonly projection_: Projection;
  private readonly set_;
  /** The document as it was opened: returned as it is until something changes. */
  private source_: FlowDocument;
  private openedAt_: number;
  private missing_: (missing: MissingRows) => void = () => {};
  private pointer_: Point | null = null;
  private readOnly_ = false;

  constructor(source: FlowDocument, meta: SessionMeta, ports: SessionPorts) {
    this.ports = ports;
    this.source_ = cloneJson(source);
    seedDoc(this.doc, this.source_);
    this.projection_ = new Projection(this.doc, startMeta(source, meta));
    this.store = this.projection_.store;
    this.index = this.projection_.index;
    this.openedAt_ = this.store.meta.revision;
    [this.editor, this.set_] = createEditorStore();
    this.history = new History(
      this.doc,
      {
        read: () => untrack(() => ({ selection: { ...this.editor.selection }, focus: this.editor.focus })),
        restore: (place) => this.restore_(place),
      },
      ports.now,
    );
    this.writes = new DocWrites(this.doc, this.history, this.index, () => this.mayEdit_());
    this.tools = new ToolHost(this.toolBase_());
    this.context = this.commandContext_(ports.clipboard ?? memoryClipboard());
    this.commands = new CommandRegistry(this.context);
  }

  undo(): void {
    this.stepped_(this.history.undo(), 'Undo', 'Nothing to undo');
  }

  redo(): void {
    this.stepped_(this.history.redo(), 'Redo', 'Nothing to redo');
  }

  canUndo(): boolean {
    return this.history.canUndo();
  }

  canRedo(): boolean {
    return this.history.canRedo();
  }

  toJSON(): FlowDocument {
    return untrack(() => {
      const ids = this.ids_();
      if (this.store.meta.revision === this.openedAt_) return { ...cloneJson(this.source_), ...ids };
      return renderDoc(this.doc, ids);
    });
  }

  follow(): DocumentSource & { stop: () => void } {
    const document = () => this.toJSON();
    const feed = new ChangeFeed(this.doc, {
      document,
      isRendered: () => untrack(() => this.store.meta.revision !== this.openedAt_),
      ids: () => untrack(() => this.ids_()),
    });
    const stop = this.projection_.onTouched((touched) => feed.note(touched));
    return { document, takeChange: () => feed.take(), stop };
  }

  replaceAll(doc: FlowDocument): void {
    this.tools.cancel();
    this.source_ = cloneJson(doc);
    const roots = rootsOf(this.doc);
    batch(() => {
      this.doc.transact(() => {
        for (const name of rootNames) for (const key of [...roots[name].keys()]) roots[name].delete(key);
        seedDoc(this.doc, this.source_);
      }, SEED);
      this.projection_.setMeta({ version: doc.version, dirty: false });
      this.openedAt_ = this.store.meta.revision;
      this.set_('selection', reconcile({}));
      this.set_({ focus: null, hover: null, rename: null, conditionEdit: null, quickAdd: null, menu: null });
    });
    this.history.clear();
  }

  markSaved(version: string, flowId?: string): void {
    this.projection_.setMeta({
      version,
      savedVersion: version,
      dirty: false,
      saving: false,
      ...(flowId === undefined ? {} : { flowId }),
    });
    this.history.manager.stopCapturing();
  }

  setMeta(patch: Partial<Pick<FlowMeta, 'flowId' | 'version' | 'access' | 'saving'>>): void {
    this.projection_.setMeta(patch);
  }

  textOf(node: string, field: string): Y.Text | undefined {
    const map = rootsOf(this.doc).nodes.get(node);
    const text = map instanceof Y.Map ? map.get(configKey(field)) : undefined;
    return text instanceof Y.Text ? text : undefined;
  }

  beginPlace(kind: string, event: { clientX: number; clientY: number }): void {
    this.tools.beginPlace(kind, { x: event.clientX, y: event.clientY });
  }

  placeAtCentre(kind: string): string | null {
    const { viewport, size } = this.editor;
    const at = { x: (size.w / 2 - viewport.x) / viewport.k, y: (size.h / 2 - viewport.y) / viewport.k };
    return addPicked(this.context, { at, from: null, edge: null, type: 'sequential' }, kind);
  }

  announce(text: string, assertive?: 'assertive'): void {
    this.set_('announcement', (old) => ({
      text,
      assertive: assertive !== undefined,
      serial: old.serial + 1,
    }));
  }

  select(ids: Iterable<string>): void {
    const list = [...ids];
    this.set_('selection', reconcile(Object.fromEntries(list.map((id) => [id, true as const]))));
    if (list[0] !== undefined) this.set_('focus', list[0]);
  }

  addMissing(missing: MissingRows): void {
    this.history.extend(() => addMissing(this.context, missing));
  }

  onMissing(listener: (missing: MissingRows) => void): void {
    this.missing_ = listener;
  }

  dispose(): void {
    this.tools.cancel();
    this.projection_.dispose();
    this.history.dispose();
    this.doc.destroy();
  }

  private ids_(): { id: string; version: string } {
    return { id: this.store.meta.flowId ?? this.source_.id, version: this.store.meta.version };
  }

  private mayEdit_(): boolean {
    return !this.readOnly_ && untrack(() => this.store.meta.access !== 'view');
  }

  private toolBase_(): Omit<ToolContext, 'go' | 'rest'> {
    return {
      store: this.store,
      editor: this.editor,
      set: this.set_,
      index: this.index,
      writes: this.writes,
      requests: this.requests,
      mayEdit: () => this.mayEdit_(),
      announce: (text, assertive) => this.announce(text, assertive),
      measure: (text, font) => (this.ports.measure ?? guessWidth)(text, font),
    };
  }

  private commandContext_(clipboard: ClipboardPort): CommandContext {
    return {
      ...this.tools.context,
      tools: this.tools,
      clipboard,
      undo: () => this.undo(),
      redo: () => this.redo(),
      canUndo: () => this.canUndo(),
      canRedo: () => this.canRedo(),
      glide: (camera) => this.glide_(camera),
      pointer: () => this.pointer_,
      pasted: (missing) => this.missing_(missing),
      place: () => ({ selection: { ...this.editor.selection }, focus: this.editor.focus }),
    };
  }

  /** The canvas tells where the pointer is, in world units; null when it left. */
  setPointer(point: Point | null): void {
    this.pointer_ = point;
  }

  setReadOnly(on: boolean): void {
    this.readOnly_ = on;
    if (on) this.tools.cancel();
  }

  private glide_(camera: Camera): void {
    if (this.requests.glide) this.requests.glide(camera);
    else this.set_('viewport', camera);
  }

  private stepped_(label: string | null, word: string, none: string): void {
    if (label === null) this.announce(none);
    else this.announce(`${word}: ${label}`);
  }

  private restore_(place: { selection: Record<string, true>; focus: string | null }): void {
    const known = (id: string): boolean =>
      this.index.node(id) !== undefined || this.index.edge(id) !== undefined;
    const ids = Object.keys(place.selection).filter(known);
    this.set_('selection', reconcile(Object.fromEntries(ids.map((id) => [id, true as const]))));
    const focus = place.focus !== null && known(place.focus) ? place.focus : this.editor.focus;
    this.set_('focus', focus !== null && known(focus) ? focus : (this.store.nodeOrder[0] ?? null));
  }
}

function startMeta(source: FlowDocument, meta: SessionMeta): FlowMeta {
  return {
    flowId: meta.flowId ?? null,
    name: source.name,
    description: '',
    version: source.version,
    savedVersion: meta.savedVersion ?? null,
    access: meta.access ?? 'edit',
    dirty: false,
    saving: false,
    revision: 0,
  };
}
