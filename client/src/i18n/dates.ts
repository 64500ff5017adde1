import { language } from './locale.ts';
import { t } from './t.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Milliseconds after which a date is clearer than a number of days. */
const week = 7 * day;
/** Milliseconds before and after now that count as "just now". */
const justNow = 45_000;

const dayAndMonth = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const monthAndYear = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' });

type Time = string | number | Date;

/** Returns `12 Mar`, with the year when it is not the current one. */
export function formatDate(time: Time, now: Time = Date.now()): string {
  const date = new Date(time);
  const thisYear = date.getFullYear() === new Date(now).getFullYear();
  return (thisYear ? dayAndMonth : dayMonthYear).format(date);
}

/** Returns `Wednesday, 12 March 2025 at 14:05`. */
export const formatExact = (time: Time): string => exact.format(new Date(time));

/** Returns `March 2025`. */
export const formatMonth = (time: Time): string => monthAndYear.format(new Date(time));

/** Returns `just now`, `5 min ago` or `in 3 d`, and a date from a week on. */
export function formatRelative(time: Time, now: number = Date.now()): string {
  const elapsed = now - new Date(time).getTime();
  const distance = Math.abs(elapsed);
  const past = elapsed >= 0;
  if (distance < justNow) return t('common.justNow');
  if (distance >= week) return formatDate(time, now);
  // Rounded before the unit is chosen, so that "60 min" and "24 h" never appear.
  const minutes = Math.round(distance / minute);
  if (minutes < 60)
    return t(past ? 'common.minutesAgo' : 'common.inMinutes', { count: Math.max(1, minutes) });
  const hours = Math.round(distance / hour);
  if (hours < 24) return t(past ? 'common.hoursAgo' : 'common.inHours', { count: hours });
  return t(past ? 'common.daysAgo' : 'common.inDays', { count: Math.round(distance / day) });
}
