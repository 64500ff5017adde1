/** Keys that work on every page. `Mod` is Command on Apple's machines and Control elsewhere. */
export const shortcuts = {
  newChat: 'Mod+Shift+O',
  search: 'Mod+K',
  sidebar: 'Mod+Shift+S',
  settings: 'Mod+.',
} as const;

const apple = /Mac|iPhone|iPad/.test(navigator.platform);
const appleLabels: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** The keys as they stand on this keyboard: `Ctrl+Shift+O` or `⌘+⇧+O`. */
export function labelOf(keys: string, onApple: boolean = apple): string {
  return keys
    .split('+')
    .map((key) => (onApple ? (appleLabels[key] ?? key) : key === 'Mod' ? 'Ctrl' : key))
    .join('+');
}

/** Whether these keys, and no other modifier, were pressed. */
export function isPressed(keys: string, event: KeyboardEvent, onApple: boolean = apple): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const wanted = (name: string): boolean => parts.includes(name);
  const [mod, other] = onApple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (other || mod !== wanted('Mod')) return false;
  if (event.shiftKey !== wanted('Shift') || event.altKey !== wanted('Alt')) return false;
  // The second is for keyboards whose letters are not latin.
  return event.key.toUpperCase() === key || event.code === `Key${key}`;
}
