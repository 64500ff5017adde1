import { t } from '../../../i18n/t.ts';
import type { TokenOf } from '../lexer/tokens.ts';
import { isInlineImage, linkAddress } from './urls.ts';

/** Our own elements, put in after sanitising. Of what a message says they take text and checked addresses only. */

/** A wide table scrolls by itself, with the keyboard too. */
export function scrollable(table: ChildNode): HTMLElement {
  const frame = document.createElement('div');
  frame.className = 'md-table';
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', t('markdown.table'));
  frame.append(table);
  return frame;
}

/** An address that is its own words: on paper it is not written a second time. */
export function writtenOut(link: ChildNode): ChildNode {
  if (link instanceof HTMLElement) link.className = 'md-address';
  return link;
}

export function checkbox(checked: boolean): HTMLElement {
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.className = 'md-task';
  box.disabled = true;
  box.defaultChecked = checked;
  box.setAttribute('aria-label', t(checked ? 'markdown.done' : 'markdown.notDone'));
  return box;
}

/**
 * An image elsewhere is never loaded by showing a message: its address could carry words of the chat away. It
 * becomes a link that names the host.
 */
export function imageLink(placeholder: ChildNode, { href, text }: TokenOf<'image'>): ChildNode {
  if (isInlineImage(href)) return inlineImage(href, text);
  const address = linkAddress(href);
  if (!address || address.protocol === 'mailto:') return placeholder;
  const link = document.createElement('a');
  link.className = 'md-image';
  link.href = address.href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  link.title = t('markdown.openImage', { host: address.host });
  const name = document.createElement('span');
  name.textContent = text || t('markdown.image');
  const host = document.createElement('span');
  host.className = 'md-image-host';
  host.textContent = address.host;
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
