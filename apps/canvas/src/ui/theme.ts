import { createSignal } from 'solid-js';

export type Theme = 'light' | 'dark' | 'system';

const KEY = 'scaiflow_ui';

/** What the person chose for this browser (12 §4.1). Unknown members written by later versions are kept. */
export interface UiSettings {
  theme: Theme;
  motion: 'system' | 'reduced';
  displayName: string;
  leftWidth: number;
  rightWidth: number;
  runRightWidth: number;
  bottomHeight: number;
  leftOpen: boolean;
  rightOpen: boolean;
  bottomOpen: boolean;
}

const DEFAULTS: UiSettings = {
  theme: 'system',
  motion: 'system',
  displayName: '',
  leftWidth: 200,
  rightWidth: 304,
  runRightWidth: 344,
  bottomHeight: 252,
  leftOpen: true,
  rightOpen: true,
  bottomOpen: true,
};

function read(): UiSettings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return stored && typeof stored === 'object' ? { ...DEFAULTS, ...stored } : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

const [settings, write] = createSignal<UiSettings>(read());

/** The settings of this browser; reactive. */
export const uiSettings = settings;

/** Changes settings, applies them to the document and keeps them. Storage that is off or full is skipped. */
export function setUiSettings(change: Partial<UiSettings>): void {
  write((now) => ({ ...now, ...change }));
  applySettings();
  try {
    localStorage.setItem(KEY, JSON.stringify(settings()));
  } catch {
    return;
  }
}

/** Writes theme and motion to the root element, where tokens.css reads them. */
export function applySettings(root: HTMLElement = document.documentElement): void {
  root.dataset['theme'] = settings().theme;
  root.dataset['motion'] = settings().motion;
}
