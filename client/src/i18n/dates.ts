import { language } from './locale.ts';
import { t } from './t.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Milliseconds; from here on a date says more than a number of days. */
const week = 7 * day;
/** Milliseconds on either side of now that count as "just now". */
const instant = 45_000;

const dayAndMonth = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const monthAndYear = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' });

type Moment = string | number | Date;

/** `12 Mar`, with the year when it is not the present one. */
export function formatDate(moment: Moment, now: Moment = Date.now()): string {
  const date = new Date(moment);
  const thisYear = date.getFullYear() === new Date(now).getFullYear();
  return (thisYear ? dayAndMonth : dayMonthYear).format(date);
}

/** `Wednesday, 12 March 2025 at 14:05`. */
export const formatExact = (moment: Moment): string => exact.format(new Date(moment));

/** `March 2025`. */
export const formatMonth = (moment: Moment): string => monthAndYear.format(new Date(moment));

/** `just now`, `5 min ago`, `in 3 d`, and a date from a week on. */
export function formatRelative(moment: Moment, now: number = Date.now()): string {
  const elapsed = now - new Date(moment).getTime();
  const distance = Math.abs(elapsed);
  const past = elapsed >= 0;
  if (distance < instant) return t('common.justNow');
  if (distance >= week) return formatDate(moment, now);
  // Rounded before the unit is chosen, so that "60 min" and "24 h" never appear.
  const minutes = Math.round(distance / minute);
  if (minutes < 60)
    return t(past ? 'common.minutesAgo' : 'common.inMinutes', { count: Math.max(1, minutes) });
  const hours = Math.round(distance / hour);
  if (hours < 24) return t(past ? 'common.hoursAgo' : 'common.inHours', { count: hours });
  return t(past ? 'common.daysAgo' : 'common.inDays', { count: Math.round(distance / day) });
}
