import type { ChatSummary } from '#shared/chats';
import { formatMonth } from '../../../i18n/dates.ts';
import { t } from '../../../i18n/t.ts';

/** Chats under one heading, newest first. */
export interface ChatGroup {
  key: string;
  label: string;
  chats: readonly ChatSummary[];
}

/** The first moment of the day, `daysBefore` days earlier, in the reader's time zone. */
export function startOfDay(moment: number, daysBefore = 0): number {
  const day = new Date(moment);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysBefore).getTime();
}

/** The heading of a chat, and since when a chat belongs under it. */
interface Span {
  key: string;
  label: string;
  since: string;
}

/**
 * Chats, newest first, under "Today", "Yesterday", "Previous 7 days", "Previous 30 days" and their months.
 * `today` is the first moment of the present day, in milliseconds.
 */
export function chatGroups(chats: readonly ChatSummary[], today: number): ChatGroup[] {
  const spans = recentSpans(today);
  const groups: { span: Span; chats: ChatSummary[] }[] = [];
  for (const chat of chats) {
    const group = groups.at(-1);
    // ISO times in UTC compare as text, which is much faster than ten thousand dates.
    if (group && chat.updatedAt >= group.span.since) {
      group.chats.push(chat);
      continue;
    }
    const span = spans.find(({ since }) => chat.updatedAt >= since) ?? monthOf(chat.updatedAt);
    groups.push({ span, chats: [chat] });
  }
  return groups.map(({ span, chats }) => ({ key: span.key, label: span.label, chats }));
}

function recentSpans(today: number): Span[] {
  const since = (daysBefore: number): string => new Date(startOfDay(today, daysBefore)).toISOString();
  return [
    { key: 'today', label: t('chats.today'), since: since(0) },
    { key: 'yesterday', label: t('chats.yesterday'), since: since(1) },
    { key: 'week', label: t('chats.previous7Days'), since: since(7) },
    { key: 'month', label: t('chats.previous30Days'), since: since(30) },
  ];
}

function monthOf(updatedAt: string): Span {
  const date = new Date(updatedAt);
  const start = new Date(date.getFullYear(), date.getMonth(), 1);
  return { key: updatedAt.slice(0, 7), label: formatMonth(date), since: start.toISOString() };
}
