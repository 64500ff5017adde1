/**
 * Copies text, or a promise of it. Call it directly in the click handler: Safari allows copying only there, so the
 * promise itself is passed to the clipboard. Returns false when the browser does not allow copying.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  const pending = Promise.resolve(text);
  try {
    if (typeof text === 'string') await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ 'text/plain': pending.then(asBlob) })]);
    return true;
  } catch {
    // When the promise of the text failed, not the copying, this rejects with its error.
    return copyBySelection(await pending);
  }
}

const asBlob = (text: string) => new Blob([text], { type: 'text/plain' });

/** The fallback for pages without HTTPS, where the clipboard interface is missing. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'fixed top-0 opacity-0';
  const focused = document.activeElement;
  // Inside an open dialog, because its focus trap would remove the selection outside it.
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
