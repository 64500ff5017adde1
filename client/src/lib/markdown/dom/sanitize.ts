import DOMPurify from 'dompurify';
import type { Config } from 'dompurify';

/** A separate instance, so that settings of other code do not affect it. */
const purifier = DOMPurify(window);

const elements = {
  blocks: 'div p h3 h4 h5 h6 hr br ul ol li blockquote table thead tbody tr th td details summary',
  inline: 'a span b strong i em u s del ins mark small sub sup code kbd samp var q',
};

/** All allowed elements and attributes. No attribute here names, styles, loads, submits or identifies anything. */
const config: Config = Object.freeze({
  ALLOWED_TAGS: `${elements.blocks} ${elements.inline}`.split(' '),
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'dir', 'start', 'align', 'open'],
  // Attributes that hold no URL, so the rule for URLs does not apply.
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'dir', 'start', 'align', 'open'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  IN_PLACE: true,
});

// Once rather than with every call: parsing the settings takes longer than sanitizing a paragraph.
purifier.setConfig(config);

/**
 * The last step before text of a model, a person or an import is shown. It was built node by node from tokens, so
 * there should be nothing to remove: this is the second line of defence.
 */
export function sanitize(root: HTMLElement): void {
  purifier.sanitize(root);
}

/** The entities that the serializer writes instead of the characters themselves. */
const serialized: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': '\u00A0' };

const decodedEntities = new Map<string, string>();

/** Replaces `&eacute;` and the like with the characters they stand for. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi, (entity) => {
    const decoded = decodedEntities.get(entity) ?? decode(entity);
    // An unknown name stands for itself; caching those would grow without bound.
    if (decoded !== entity) decodedEntities.set(entity, decoded);
    return decoded;
  });
}

/** The browser knows all two thousand entities; only the sanitizer may make it parse HTML. */
function decode(entity: string): string {
  const content = purifier.sanitize(`<q>${entity}</q>`).slice('<q>'.length, -'</q>'.length);
  // A result that ends in a semicolon was not a complete name: `&nosuch;`, or `&notit;`, which HTML decodes in part.
  return serialized[content] ?? (content.endsWith(';') ? entity : content);
}
