import { describe, expect, test } from '@jest/globals';
import { isHelpKey, isPressed, labelOf } from '../../../client/src/shell/keyBindings.ts';

const keyDown = (key: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key, ...init });

describe('isPressed', () => {
  test.each([
    ['without its modifier', keyDown('k'), false],
    ['with an additional Alt', keyDown('k', { altKey: true, ctrlKey: true }), false],
    ['with an additional Shift', keyDown('K', { ctrlKey: true, shiftKey: true }), false],
    ['with Command instead of Control', keyDown('k', { metaKey: true }), false],
    ['with Control instead of Command on Apple devices', keyDown('k', { ctrlKey: true }), true],
  ])('returns false %s', (_, event, onApple) => {
    expect(isPressed('Mod+K', event, onApple)).toBe(false);
  });

  test('returns true on every kind of keyboard', () => {
    expect(isPressed('Mod+K', keyDown('k', { ctrlKey: true }), false)).toBe(true);
    expect(isPressed('Mod+K', keyDown('k', { metaKey: true }), true)).toBe(true);
    expect(isPressed('Mod+Shift+O', keyDown('O', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(isPressed('Mod+K', keyDown('л', { ctrlKey: true, code: 'KeyK' }), false)).toBe(true);
    expect(isPressed('Mod+.', keyDown('.', { ctrlKey: true }), false)).toBe(true);
    // On a German keyboard, `/` needs Shift.
    expect(isPressed('Mod+/', keyDown('/', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  });
});

describe('labelOf', () => {
  test('returns the labels of the keyboard', () => {
    expect(labelOf('Mod+Shift+O', false)).toBe('Ctrl+Shift+O');
    expect(labelOf('Mod+Shift+O', true)).toBe('⌘+⇧+O');
  });
});

describe('isHelpKey', () => {
  test('returns false in text fields and with a modifier', () => {
    for (const name of ['input', 'textarea']) {
      const field = document.body.appendChild(document.createElement(name));
      let result = true;
      field.addEventListener('keydown', (event) => (result = isHelpKey(event)));
      field.dispatchEvent(keyDown('?', { shiftKey: true, bubbles: true }));
      expect(result).toBe(false);
      field.remove();
    }
    expect(isHelpKey(keyDown('?', { ctrlKey: true }))).toBe(false);
  });

  test('returns true elsewhere', () => {
    expect(isHelpKey(keyDown('?', { shiftKey: true }))).toBe(true);
  });
});
