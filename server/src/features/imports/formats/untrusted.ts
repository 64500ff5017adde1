import { limits } from '#shared/limits';
import { sanitizeText, toSingleLine } from '#shared/values';

/** An object from a file: any field may be missing or of any type. Its keys are never assigned to. */
export type Untrusted = Readonly<Record<string, unknown>>;

const empty: Untrusted = Object.freeze({});

export const isRecord = (value: unknown): value is Untrusted =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asRecord = (value: unknown): Untrusted => (isRecord(value) ? value : empty);
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Shortens text without splitting a surrogate pair. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHighSurrogate ? max - 1 : max);
}

/** Returns one line that fits a title, or an empty text. Titles of many megabytes are shortened before normalization. */
export const asTitle = (value: unknown): string =>
  truncate(toSingleLine(truncate(asText(value), 4 * limits.title)), limits.title);

/** Characters of a model id that the API accepts. */
const modelMax = 300;

export const asModel = (value: unknown): string | null =>
  truncate(sanitizeText(asText(value)).trim(), modelMax) || null;

/** Characters. Anything longer is not an id of another product. */
const idMax = 200;

export function asId(value: unknown): string | null {
  const id = typeof value === 'number' ? String(value) : asText(value);
  return id.length > 0 && id.length <= idMax ? sanitizeText(id) : null;
}

/** 2000-01-01 in milliseconds. No export is older, so a smaller number is not a date. */
const oldestTime = 946_684_800_000;
/** Milliseconds by which clocks of other machines may be ahead. */
const clockTolerance = 86_400_000;
/** Characters. Longer text is not passed to `Date.parse`. */
const dateTextMax = 40;

/** Returns a date of an export in epoch milliseconds; null if it is missing, invalid or outside the plausible range. */
export function asTime(value: unknown, now: number): number | null {
  const time = Math.round(parseTime(value));
  return time >= oldestTime && time <= now + clockTolerance ? time : null;
}

function parseTime(value: unknown): number {
  if (typeof value === 'number') return toMilliseconds(value);
  if (typeof value !== 'string' || value.length > dateTextMax || value.trim() === '') return NaN;
  const number = Number(value);
  return Number.isNaN(number) ? Date.parse(value) : toMilliseconds(number);
}

/** Exports contain seconds, milliseconds, microseconds or nanoseconds, which differ by three digits each. */
function toMilliseconds(value: number): number {
  if (value >= 1e17) return value / 1e6;
  if (value >= 1e14) return value / 1e3;
  return value >= 1e11 ? value : value * 1e3;
}
