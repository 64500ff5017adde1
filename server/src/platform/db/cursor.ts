import { createHash } from 'node:crypto';
import { sanitizeText } from '#shared/values';
import { invalid } from '../errors.ts';

/** Returns a keyset cursor: the sort key and id of the last row, and the parameters of the list. Opaque to clients. */
export const encodeCursor = (...parts: (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Characters of a text key in a cursor. Cursors travel in URLs, and a folded title may have thousands. */
const keyCharacters = 60;
/** Between the start of a long key and its hash. Keys are one line. */
const hashMark = '\n';

/** Returns a text sort key as a cursor holds it: whole, or the start and a hash of a long one. */
export function cursorKey(key: string): string {
  if (key.length <= keyCharacters) return key;
  // Half of a surrogate pair at the cut would not be valid text.
  const start = key.slice(0, keyCharacters).replace(/[\ud800-\udbff]$/, '');
  return start + hashMark + createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

/** Returns the start of the long key that the cursor's key stands for; undefined when the cursor holds the whole key. */
export function startOfLongKey(key: string): string | undefined {
  const end = key.indexOf(hashMark);
  return end === -1 ? undefined : key.slice(0, end);
}

/** Whether the value can be part of a cursor of this server. Databases reject some other values. */
const isValidPart = (part: unknown) =>
  typeof part === 'string' ? sanitizeText(part) === part : Number.isSafeInteger(part);

/** Returns the parts of a cursor, which must have the given types. Throws `invalid` for any other text. */
export function decodeCursor(cursor: string, ...kinds: ('string' | 'number')[]): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (
      Array.isArray(parts) &&
      parts.length === kinds.length &&
      kinds.every((kind, i) => typeof parts[i] === kind && isValidPart(parts[i]))
    ) {
      return parts as (string | number)[];
    }
  } catch {
    // Falls through: text that cannot be decoded is not a cursor.
  }
  throw invalid('This cursor is not valid. Start again from the first page.');
}

/** Returns a page of `limit` items. Pass one row more than `limit`, which shows whether there is a next page. */
export function page<Row, Item>(
  rows: Row[],
  limit: number,
  present: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { items: Item[]; nextCursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(present), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
