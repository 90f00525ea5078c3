import type { TextKey } from '../ui/i18n';

/** The keys that help lists; each acts where 12 §8.2 says. */
export const SHORTCUTS: readonly { text: TextKey; keys: string[] }[] = [
  { text: 'key.save', keys: ['Mod+S'] },
  { text: 'key.undo', keys: ['Mod+Z'] },
  { text: 'key.redo', keys: ['Mod+Shift+Z'] },
  { text: 'key.add', keys: ['A'] },
  { text: 'key.rename', keys: ['F2'] },
  { text: 'key.delete', keys: ['Delete'] },
  { text: 'key.duplicate', keys: ['Mod+D'] },
  { text: 'key.connect', keys: ['C'] },
  { text: 'key.breakpoint', keys: ['B'] },
  { text: 'key.problem', keys: ['F8', 'Shift+F8'] },
  { text: 'key.change', keys: ['F7', 'Shift+F7'] },
  { text: 'key.region', keys: ['F6'] },
  { text: 'key.fit', keys: ['Shift+1'] },
  { text: 'key.layout', keys: ['Shift+L'] },
  { text: 'key.run', keys: ['Mod+Enter'] },
  { text: 'key.deploy', keys: ['Mod+Shift+Enter'] },
  { text: 'key.palette', keys: ['Mod+K'] },
];
