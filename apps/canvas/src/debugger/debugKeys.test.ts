import { expect, test } from 'vitest';
import { actionOf } from './debugKeys';

const press = (key: string, code: string, shiftKey = false) => actionOf({ key, code, shiftKey });

test('each key of the debugger does one thing', () => {
  expect(press('F9', 'F9')).toBe('continue');
  expect(press('F9', 'F9', true)).toBe('pause');
  expect(press('F10', 'F10')).toBe('step_over');
  expect(press('F7', 'F7')).toBe('step_into');
  expect(press('F7', 'F7', true)).toBe('step_out');
  expect(press('k', 'KeyK')).toBe('fork');
});

test('signs stand where they are, whatever Shift makes of them', () => {
  expect(press(',', 'Comma')).toBe('back');
  expect(press('<', 'Comma', true)).toBe('backBlock');
  expect(press('>', 'Period', true)).toBe('forwardBlock');
  expect(press('a', 'KeyA')).toBeUndefined();
});
