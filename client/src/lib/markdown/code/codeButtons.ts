import { t } from '../../../i18n/t.ts';
import { copyText } from '../../../ui/copyText.ts';

/** Milliseconds for which a button says what it did. */
const noticeMs = 2_000;

/** Listens at the root of a message for the buttons of its listings, which need no listeners of their own then. */
export function codeClicked(event: Event): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-code]') : null;
  const block = button?.closest('.md-code');
  const code = block?.querySelector('code');
  if (!button || !block || !code) return;
  if (button.dataset['code'] === 'copy') void copyCode(code, button);
  else button.setAttribute('aria-pressed', String(block.classList.toggle('md-wrapped')));
}

async function copyCode(code: HTMLElement, button: HTMLElement): Promise<void> {
  // It is read out when it changes, so it has to be there before that.
  button.setAttribute('aria-live', 'polite');
  const isCopied = await copyText(code.textContent);
  // Where a page may not copy, the person still can.
  if (!isCopied) getSelection()?.selectAllChildren(code);
  button.textContent = t(isCopied ? 'markdown.copied' : 'markdown.copySelected');
  setTimeout(() => (button.textContent = t('markdown.copy')), noticeMs);
}
