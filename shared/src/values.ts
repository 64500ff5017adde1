import { z } from 'zod';
import { withoutInvisibleMarks } from './invisibleMarks.ts';
import { limits } from './limits.ts';

// PostgreSQL refuses NUL in text.
// eslint-disable-next-line no-control-regex
const nulCharacters = /\u0000/g;

/** Removes NUL and replaces lone surrogates, so that every database accepts the text. */
export const sanitizeText = (text: string): string => text.replace(nulCharacters, '').toWellFormed();

/** Free text of at most `max` characters, sanitized. */
export const text = (max: number) => z.string().max(max).transform(sanitizeText);

/** Returns the text as one line without invisible characters that could make it look like another text. */
export const toSingleLine = (text: string): string =>
  withoutInvisibleMarks(collapseSpace(sanitizeText(text)))
    // A removed character may have stood between two spaces.
    .replace(/ +/g, ' ')
    .trim();

/** Collapses white space; the blank Braille pattern looks like it. */
const collapseSpace = (text: string): string => text.replace(/[\s⠀]+/g, ' ');

/** One line: trimmed, white space collapsed, without invisible characters, never empty. */
export const singleLine = (max: number) =>
  z.string().max(max).transform(toSingleLine).pipe(z.string().min(1, 'must not be empty'));

export const Title = singleLine(limits.title);

/** An email address, in lower case. */
export const Email = z
  .string()
  .trim()
  .max(limits.email)
  .toLowerCase()
  .pipe(z.email('is not an email address'));

/** An id: URL-safe, at most 64 characters. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not an id');

export const IdParams = z.object({ id: Id });

/** ISO 8601, UTC. */
export const Time = z.iso.datetime();

/** A boolean in a query string. */
export const BooleanParam = z.enum(['true', 'false']).transform((value) => value === 'true');
