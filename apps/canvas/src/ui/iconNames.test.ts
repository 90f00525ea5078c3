import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KIND_ICONS, UI_ICONS } from './iconNames';

test('the names and the sprite hold the same symbols', () => {
  const sprite = readFileSync(new URL('./icons.svg', import.meta.url), 'utf8');
  const ids = [...sprite.matchAll(/<symbol id="([^"]+)"/g)].map((m) => m[1]);
  expect(ids).toEqual([...KIND_ICONS.map((n) => `kind-${n}`), ...UI_ICONS.map((n) => `ui-${n}`)]);
});
