import { sanitizeText } from '#shared/values';
import { invalid } from '../errors.ts';

/** A keyset cursor: the sort key and id of the last row, and what the list was asked for. Opaque to clients. */
export const encodeCursor = (...parts: (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** What this server puts into a cursor; no database takes everything else there. */
const isOurs = (part: unknown) =>
  typeof part === 'string' ? sanitizeText(part) === part : Number.isSafeInteger(part);

/** Throws `invalid` for whatever this server did not make: `kinds` says of which types the parts must be. */
export function decodeCursor(cursor: string, ...kinds: ('string' | 'number')[]): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (
      Array.isArray(parts) &&
      parts.length === kinds.length &&
      kinds.every((kind, i) => typeof parts[i] === kind && isOurs(parts[i]))
    ) {
      return parts as (string | number)[];
    }
  } catch {
    // Falls through: whatever it was, it is no cursor.
  }
  throw invalid('This cursor is not valid. Start again from the first page.');
}

/** Cuts the one row too many that was read to see whether there is a next page. */
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
