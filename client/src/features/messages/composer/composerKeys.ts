/** What a key pressed in the composer does; null leaves it to the field. */
export type ComposerAction = 'send' | 'stop' | 'editLast' | null;

interface Situation {
  /** Nothing has been typed. */
  empty: boolean;
  generating: boolean;
}

/** Safari ends a composition before the key that ended it, and marks that key with this code. */
const composingKeyCode = 229;

/** On a phone the return key begins a new line: there is no Shift to hold, and the button is beside the thumb. */
const typesByTouch = matchMedia('(pointer: coarse) and (hover: none)');

/** What the return key of a keyboard on the screen is to be called. */
export const returnKeyHint = (): 'enter' | 'send' => (typesByTouch.matches ? 'enter' : 'send');

export function composerKey(event: KeyboardEvent, { empty, generating }: Situation): ComposerAction {
  // While a word is composed (Chinese, Japanese, Korean), keys belong to the input method.
  if (event.isComposing || event.keyCode === composingKeyCode) return null;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  if (event.key === 'Enter') return typesByTouch.matches ? null : 'send';
  if (event.key === 'Escape') return generating ? 'stop' : null;
  return event.key === 'ArrowUp' && empty && !generating ? 'editLast' : null;
}
