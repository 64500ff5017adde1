/** 2000-01-01, in milliseconds: no export is older, and what claims to be is a number that means something else. */
const oldest = 946_684_800_000;
/** Clocks of other machines may run ahead by this much. */
const tolerance = 86_400_000;

/** Exports write seconds, milliseconds, microseconds or nanoseconds; today these are three digits apart. */
function toMilliseconds(value: number): number {
  if (value >= 1e17) return value / 1e6;
  if (value >= 1e14) return value / 1e3;
  return value >= 1e11 ? value : value * 1e3;
}

/** The longest text that can be a date; `Date.parse` is not asked about more. */
const dateTextMax = 40;

function parse(value: unknown): number {
  if (typeof value === 'number') return toMilliseconds(value);
  if (typeof value !== 'string' || value.length > dateTextMax || value.trim() === '') return NaN;
  const number = Number(value);
  return Number.isNaN(number) ? Date.parse(value) : toMilliseconds(number);
}

/** A date of an export in epoch milliseconds; null when it is missing, no date, or outside of the years it can be from. */
export function asTime(value: unknown, now: number): number | null {
  const time = Math.round(parse(value));
  return time >= oldest && time <= now + tolerance ? time : null;
}
