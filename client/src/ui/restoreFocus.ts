/** Milliseconds after which a menu or dialog has faded out and returned the focus to the control that opened it. */
const fadeOutMs = 250;

/**
 * For an action that removes its own control from the page: calls `focus` if the focus was lost with the control and
 * the person has not focused anything else since.
 */
export function restoreFocus(focus: () => void): void {
  setTimeout(() => {
    if (document.activeElement === document.body) focus();
  }, fadeOutMs);
}
