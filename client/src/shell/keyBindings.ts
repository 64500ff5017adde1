/** The keyboard shortcuts of the app. `Mod` is Command on Apple devices and Control elsewhere. */
export const shortcuts = {
  newChat: 'Mod+Shift+O',
  search: 'Mod+K',
  sidebar: 'Mod+Shift+S',
  settings: 'Mod+.',
  shortcuts: 'Mod+/',
} as const;

export type ShortcutName = keyof typeof shortcuts;

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
const appleLabels: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** Returns the keys as they are labelled on this keyboard: `Ctrl+Shift+O` or `⌘+⇧+O`. */
export function labelOf(keys: string, onApple: boolean = isApple): string {
  return keys
    .split('+')
    .map((key) => (onApple ? (appleLabels[key] ?? key) : key === 'Mod' ? 'Ctrl' : key))
    .join('+');
}

/** Returns whether exactly these keys were pressed. Shift counts only for letters: typing a symbol may require it. */
export function isPressed(keys: string, event: KeyboardEvent, onApple: boolean = isApple): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const includes = (modifier: string): boolean => parts.includes(modifier);
  const [mod, other] = onApple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (other || mod !== includes('Mod') || event.altKey !== includes('Alt')) return false;
  if (/[A-Z]/.test(key) && event.shiftKey !== includes('Shift')) return false;
  // `code` is for keyboards with another alphabet.
  return event.key.toUpperCase() === key || event.code === `Key${key}`;
}

/** Returns whether `?` was pressed outside a text field. */
export function isHelpKey(event: KeyboardEvent): boolean {
  if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !(event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]'));
}
