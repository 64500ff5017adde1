import { limits } from '#shared/limits';
import { sanitizeText } from '#shared/values';

/** An object as a file had it: any field may be missing or of any type. Keys of it are never assigned to. */
export type Untrusted = Readonly<Record<string, unknown>>;

const nothing: Untrusted = Object.freeze({});

export const isRecord = (value: unknown): value is Untrusted =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asRecord = (value: unknown): Untrusted => (isRecord(value) ? value : nothing);
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Cuts without leaving half a character behind. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? max - 1 : max);
}

/** One line that fits a title; empty when there is none. A title of many megabytes is cut before it is folded. */
export const asTitle = (value: unknown): string =>
  cut(
    sanitizeText(cut(asText(value), 4 * limits.title))
      .replace(/\s+/g, ' ')
      .trim(),
    limits.title,
  );

/** Characters of a model's id, as the interface takes them. */
const modelMax = 300;

export const asModel = (value: unknown): string | null =>
  cut(sanitizeText(asText(value)).trim(), modelMax) || null;

/** Longer ids of other products are not ids. */
const idMax = 200;

export function asId(value: unknown): string | null {
  const id = typeof value === 'number' ? String(value) : asText(value);
  return id.length > 0 && id.length <= idMax ? sanitizeText(id) : null;
}
