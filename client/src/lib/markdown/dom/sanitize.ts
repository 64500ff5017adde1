import DOMPurify from 'dompurify';
import type { Config } from 'dompurify';

/** Our own instance: a setting that other code makes elsewhere does not reach it. */
const purifier = DOMPurify(window);

/** Everything a message may be made of. No attribute here names, styles, loads, submits or identifies anything. */
const config: Config = Object.freeze({
  ALLOWED_TAGS: [
    ...['div', 'p', 'span', 'h3', 'h4', 'h5', 'h6', 'hr', 'br', 'ul', 'ol', 'li', 'blockquote'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'details', 'summary'],
    ...['a', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'mark', 'small', 'sub', 'sup'],
    ...['code', 'kbd', 'samp', 'var', 'q'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'dir', 'start', 'align', 'open'],
  // Attributes that hold no address, so the rule for addresses is not asked.
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'dir', 'start', 'align', 'open'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  IN_PLACE: true,
});

// Once, and not with every call: reading the settings takes longer than a paragraph does.
purifier.setConfig(config);

/**
 * The last thing that happens to what a model, a person or an import wrote before it is shown. It was built from
 * tokens, node by node, so nothing should be left to remove; this is the second lock on the same door.
 */
export function sanitise(root: HTMLElement): void {
  purifier.sanitize(root);
}

/** How the serialiser writes the characters that it does not write as themselves. */
const written: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': '\u00A0' };

const known = new Map<string, string>();

/** `&eacute;` and its like, as the characters they stand for. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi, (entity) => {
    const decoded = known.get(entity) ?? decode(entity);
    // An invented name stands for itself; remembering those would never end.
    if (decoded !== entity) known.set(entity, decoded);
    return decoded;
  });
}

/** The browser knows all two thousand of them; the sanitiser is our one way to let it read HTML. */
function decode(entity: string): string {
  const content = purifier.sanitize(`<q>${entity}</q>`).slice('<q>'.length, -'</q>'.length);
  // What still ends in a semicolon was no whole name: `&nosuch;`, or `&notit;`, which HTML reads in part.
  return written[content] ?? (content.endsWith(';') ? entity : content);
}
