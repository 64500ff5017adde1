import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

let dialogs = $state.raw<readonly HTMLElement[]>([]);

/** Marks an open dialog. What must be reachable from anywhere moves into the topmost one, past its focus trap. */
export const dialogLayer: Attachment<HTMLElement> = (node) => {
  dialogs = [...untrack(() => dialogs), node];
  return () => {
    dialogs = untrack(() => dialogs).filter((dialog) => dialog !== node);
  };
};

/** The dialog on top, or the page when none is open. */
export const topLayer = (): HTMLElement => dialogs.at(-1) ?? document.body;
