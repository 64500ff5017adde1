import { decodeEntities } from './sanitize.ts';

const linkProtocols = new Set(['http:', 'https:', 'mailto:']);

/**
 * The whole address of a link in a message; null when it is none that may be followed: a script, a path of this
 * very instance, or one that hides its host behind a name (`https://bank.example@evil.example`).
 */
export function linkAddress(href: string): URL | null {
  const text = decodeEntities(href).trim();
  if (!URL.canParse(text)) return null;
  const address = new URL(text);
  if (!linkProtocols.has(address.protocol)) return null;
  return address.username || address.password ? null : address;
}

/** Bytes, about, of an image that a message may carry in itself. */
const maxInlineImage = 2_000_000;

/** Whether `href` is a picture written out in the message: no request, and no SVG, which is a document. */
export const isInlineImage = (href: string): boolean =>
  href.length <= maxInlineImage &&
  /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z\d+/=\s]*$/i.test(href);
