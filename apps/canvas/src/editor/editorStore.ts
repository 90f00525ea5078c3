import { createStore, type SetStoreFunction } from 'solid-js/store';
import type { EditorState } from './types';

export function createEditorStore(): [EditorState, SetStoreFunction<EditorState>] {
  return createStore<EditorState>({
    viewport: { x: 0, y: 0, k: 1 },
    size: { w: 1280, h: 800 },
    gliding: null,
    selection: {},
    lit: null,
    focus: null,
    hover: null,
    tool: 'idle',
    dragging: {},
    drag: null,
    insertEdge: null,
    connect: null,
    marquee: null,
    guides: [],
    place: null,
    quickAdd: null,
    menu: null,
    rename: null,
    conditionEdit: null,
    sessionBreakpoints: {},
    routeStyle: 'curve',
    snap: true,
    minimap: true,
    keyboard: false,
    layoutBusy: false,
    announcement: { text: '', assertive: false, serial: 0 },
  });
}
