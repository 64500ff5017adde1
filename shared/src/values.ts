import { z } from 'zod';
import { limits } from './limits.ts';

// PostgreSQL refuses NUL in text, and no reader of a chat wants the others.
// eslint-disable-next-line no-control-regex
const unstorable = /\u0000/g;

/** Text as it is stored: without NUL and with lone surrogates replaced, so that every database takes it. */
export const storable = (text: string): string => text.replace(unstorable, '').toWellFormed();

/** Free text of at most `max` characters, made storable. */
export const text = (max: number) => z.string().max(max).transform(storable);

/** One line: trimmed, white space folded, never empty. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => storable(value).replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1, 'must not be empty'));

export const Title = line(limits.title);

/** An id made by the app: URL-safe, at most 64 characters. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not an id');

export const ById = z.object({ id: Id });

/** ISO 8601, UTC. */
export const Time = z.iso.datetime();

/** A flag in a query string. */
export const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');
