/** What a key does in the composer; null leaves it to the text field. */
export type ComposerAction = 'send' | 'stop' | 'editLast' | null;

interface ComposerState {
  /** The draft is empty. */
  empty: boolean;
  generating: boolean;
}

/** Safari ends a composition before the keydown that ended it, and marks that event with this code. */
const composingKeyCode = 229;

/** On a touch keyboard Return starts a new line: there is no Shift to hold, and the Send button is within reach. */
const hasTouchKeyboard = matchMedia('(pointer: coarse) and (hover: none)');

/** Returns the label of the return key on a touch keyboard. */
export const enterKeyHint = (): 'enter' | 'send' => (hasTouchKeyboard.matches ? 'enter' : 'send');

/** During a composition (Chinese, Japanese, Korean), keys belong to the input method. */
const isComposing = (event: KeyboardEvent) => event.isComposing || event.keyCode === composingKeyCode;

const hasModifier = (event: KeyboardEvent) =>
  event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;

export function composerKey(event: KeyboardEvent, { empty, generating }: ComposerState): ComposerAction {
  if (isComposing(event) || hasModifier(event)) return null;
  if (event.key === 'Enter') return hasTouchKeyboard.matches ? null : 'send';
  if (event.key === 'Escape') return generating ? 'stop' : null;
  return event.key === 'ArrowUp' && empty && !generating ? 'editLast' : null;
}
