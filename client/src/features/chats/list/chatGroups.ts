import type { ChatSummary } from '#shared/chats';
import { formatMonth } from '../../../i18n/dates.ts';
import { t } from '../../../i18n/t.ts';

/** Chats under one heading, newest first. */
export interface ChatGroup {
  key: string;
  label: string;
  chats: readonly ChatSummary[];
}

/** Returns the start of the day `daysBefore` days before `time`, in the local time zone. */
export function startOfDay(time: number, daysBefore = 0): number {
  const day = new Date(time);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysBefore).getTime();
}

/** A heading and the earliest update time, in ISO format, of the chats under it. */
interface Period {
  key: string;
  label: string;
  since: string;
}

/**
 * Groups chats, newest first, under "Today", "Yesterday", "Previous 7 days", "Previous 30 days" and their months.
 * `today` is the start of the current day in milliseconds.
 */
export function chatGroups(chats: readonly ChatSummary[], today: number): ChatGroup[] {
  const periods = recentPeriods(today);
  const groups: { period: Period; chats: ChatSummary[] }[] = [];
  for (const chat of chats) {
    const group = groups.at(-1);
    // ISO times in UTC are ordered as text, which is much faster than parsing ten thousand dates.
    if (group && chat.updatedAt >= group.period.since) {
      group.chats.push(chat);
      continue;
    }
    const period = periods.find(({ since }) => chat.updatedAt >= since) ?? monthOf(chat.updatedAt);
    groups.push({ period, chats: [chat] });
  }
  return groups.map(({ period, chats }) => ({ key: period.key, label: period.label, chats }));
}

function recentPeriods(today: number): Period[] {
  const since = (daysBefore: number): string => new Date(startOfDay(today, daysBefore)).toISOString();
  return [
    { key: 'today', label: t('chats.today'), since: since(0) },
    { key: 'yesterday', label: t('chats.yesterday'), since: since(1) },
    { key: 'week', label: t('chats.previous7Days'), since: since(7) },
    { key: 'month', label: t('chats.previous30Days'), since: since(30) },
  ];
}

function monthOf(updatedAt: string): Period {
  const date = new Date(updatedAt);
  const start = new Date(date.getFullYear(), date.getMonth(), 1);
  return { key: updatedAt.slice(0, 7), label: formatMonth(date), since: start.toISOString() };
}
