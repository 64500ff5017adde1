import type { MarkdownLabels, MarkdownOptions } from '../options.ts';

/** Milliseconds for which a button shows what it did. */
const noticeMs = 2_000;

type Action = 'wrap' | 'copy';

/** Creates the buttons of a code block. `handleCodeClick` finds them by `data-code`. */
export function codeButtons(labels: MarkdownLabels): HTMLElement[] {
  const wrap = button('wrap', labels.wrap);
  wrap.setAttribute('aria-pressed', 'false');
  return [wrap, button('copy', labels.copy)];
}

function button(action: Action, label: string): HTMLElement {
  const created = document.createElement('button');
  created.type = 'button';
  created.dataset['code'] = action;
  created.textContent = label;
  return created;
}

/** Handles clicks on the buttons of all code blocks: one listener at the root of a text serves them all. */
export function handleCodeClick(event: Event, options: MarkdownOptions): void {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-code]') : null;
  const block = target?.closest('.md-code');
  const code = block?.querySelector('pre');
  if (!target || !block || !code) return;
  if (target.dataset['code'] === 'copy') void copyCode(code, target, options);
  else target.setAttribute('aria-pressed', String(block.classList.toggle('md-wrapped')));
}

async function copyCode(
  code: HTMLElement,
  target: HTMLElement,
  { labels, copyText }: MarkdownOptions,
): Promise<void> {
  // Screen readers announce changes of a live region only if it was one before.
  target.setAttribute('aria-live', 'polite');
  const isCopied = await copyText(code.textContent);
  // Where the page may not copy, the user still can.
  if (!isCopied) getSelection()?.selectAllChildren(code);
  target.textContent = isCopied ? labels.copied : labels.copySelected;
  setTimeout(() => (target.textContent = labels.copy), noticeMs);
}
