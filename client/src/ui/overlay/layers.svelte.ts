import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

let dialogs = $state.raw<readonly HTMLElement[]>([]);

/** Registers an open dialog. Toasts move into the topmost dialog, because its focus trap makes the page unreachable. */
export const dialogLayer: Attachment<HTMLElement> = (node) => {
  dialogs = [...untrack(() => dialogs), node];
  return () => {
    dialogs = untrack(() => dialogs).filter((dialog) => dialog !== node);
  };
};

/** Returns the topmost open dialog, or the body when none is open. */
export const topLayer = (): HTMLElement => dialogs.at(-1) ?? document.body;
