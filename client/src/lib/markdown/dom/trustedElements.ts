import type { TokenOf } from '../lexer/tokens.ts';
import type { MarkdownLabels } from '../options.ts';
import { isInlineImage, safeLinkUrl } from './urls.ts';

/** Trusted elements, added after sanitizing. From the text they take only plain text and checked URLs. */

/** A wide table scrolls inside its frame, also with the keyboard. */
export function scrollFrame(table: ChildNode, labels: MarkdownLabels): HTMLElement {
  const frame = document.createElement('div');
  frame.className = 'md-table';
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', labels.table);
  frame.append(table);
  return frame;
}

/** Marks a link whose text is its URL, which print styles do not print a second time. */
export function markAsUrl(link: ChildNode): ChildNode {
  if (link instanceof HTMLElement) link.className = 'md-url';
  return link;
}

export function checkbox(checked: boolean, labels: MarkdownLabels): HTMLElement {
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.className = 'md-task';
  box.disabled = true;
  box.defaultChecked = checked;
  box.setAttribute('aria-label', checked ? labels.done : labels.notDone);
  return box;
}

/**
 * Showing a text never loads a remote image: its URL could leak text of the chat. The image becomes a link
 * that names the host.
 */
export function imageLink(
  placeholder: ChildNode,
  { href, text }: TokenOf<'image'>,
  labels: MarkdownLabels,
): ChildNode {
  if (isInlineImage(href)) return inlineImage(href, text);
  const url = safeLinkUrl(href);
  if (!url || url.protocol === 'mailto:') return placeholder;
  const link = document.createElement('a');
  link.className = 'md-image';
  link.href = url.href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  link.title = labels.openImage(url.host);
  const name = document.createElement('span');
  name.textContent = text || labels.image;
  const host = document.createElement('span');
  host.className = 'md-image-host';
  host.textContent = url.host;
  link.append(name, host);
  return link;
}

function inlineImage(source: string, alternative: string): HTMLElement {
  const image = document.createElement('img');
  image.alt = alternative;
  image.decoding = 'async';
  image.src = source;
  return image;
}
