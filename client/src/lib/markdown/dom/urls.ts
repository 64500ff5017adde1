import { decodeEntities } from './sanitize.ts';

const linkProtocols = new Set(['http:', 'https:', 'mailto:']);

/**
 * Returns the URL of a link; null when it must not be followed: a script, a path of this instance, or a URL that
 * hides its host behind a user name (`https://bank.example@evil.example`).
 */
export function safeLinkUrl(href: string): URL | null {
  const text = decodeEntities(href).trim();
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!linkProtocols.has(url.protocol)) return null;
  return url.username || url.password ? null : url;
}

/** Approximate bytes of an image embedded in a text. */
const maxInlineImageSize = 2_000_000;

/** Whether `href` is an image embedded in the text: it causes no request, and is not an SVG, which is a document. */
export const isInlineImage = (href: string): boolean =>
  href.length <= maxInlineImageSize &&
  /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z\d+/=\s]*$/i.test(href);
