/**
 * Copies text that may still be on its way. Call it right in the handler of the click: Safari allows copying only
 * there, so the promise itself is handed to the clipboard. Answers false where the page may not copy.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  const pending = Promise.resolve(text);
  try {
    if (typeof text === 'string') await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ 'text/plain': pending.then(asBlob) })]);
    return true;
  } catch {
    // What failed may be the text and not the copying: that is the caller's to hear.
    return copyBySelection(await pending);
  }
}

const asBlob = (text: string) => new Blob([text], { type: 'text/plain' });

/** The only way on a page without HTTPS, where there is no clipboard. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'fixed top-0 opacity-0';
  const focused = document.activeElement;
  // Inside an open dialog, whose focus trap would take the selection away again.
  (document.querySelector('[role="dialog"]') ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
