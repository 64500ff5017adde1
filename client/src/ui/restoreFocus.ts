/** Milliseconds; a menu or a question has faded out by then, and given the focus back to what opened it. */
const fadesMs = 250;

/**
 * For an action that takes its own control off the page: when the focus was lost with it, and the person has not gone
 * elsewhere meanwhile, `focus` puts it where they will go on.
 */
export function regainFocus(focus: () => void): void {
  setTimeout(() => {
    if (document.activeElement === document.body) focus();
  }, fadesMs);
}
