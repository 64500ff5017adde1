import { describe, expect, test } from '@jest/globals';
import { isPressed, labelOf } from '../../../client/src/shell/shortcuts.ts';

const press = (key: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key, ...init });

describe('shortcuts', () => {
  test.each([
    ['without its modifier', press('k'), false],
    ['with another one', press('k', { altKey: true, ctrlKey: true }), false],
    ['with one too many', press('K', { ctrlKey: true, shiftKey: true }), false],
    ['with the key of Apple', press('k', { metaKey: true }), false],
    ['on Apple with Control, which is not Command there', press('k', { ctrlKey: true }), true],
  ])('are not pressed %s', (_, event, onApple) => {
    expect(isPressed('Mod+K', event, onApple)).toBe(false);
  });

  test('are pressed on every kind of keyboard', () => {
    expect(isPressed('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(isPressed('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
    expect(isPressed('Mod+Shift+O', press('O', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(isPressed('Mod+K', press('л', { ctrlKey: true, code: 'KeyK' }), false)).toBe(true);
    expect(isPressed('Mod+.', press('.', { ctrlKey: true }), false)).toBe(true);
  });

  test('are named as on the keyboard', () => {
    expect(labelOf('Mod+Shift+O', false)).toBe('Ctrl+Shift+O');
    expect(labelOf('Mod+Shift+O', true)).toBe('⌘+⇧+O');
  });
});
