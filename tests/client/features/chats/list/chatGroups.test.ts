import { describe, expect, test } from '@jest/globals';
import { chatGroups, startOfDay } from '../../../../../client/src/features/chats/list/chatGroups.ts';
import { aChat } from '../../../support/factories.ts';

/** Noon in the local time zone. */
const noon = new Date(2025, 2, 12, 12).getTime();
const today = startOfDay(noon);
const at = (year: number, month: number, day: number, hour = 12, minute = 0) =>
  aChat({
    id: `${year}-${month}-${day}-${hour}-${minute}`,
    updatedAt: new Date(year, month - 1, day, hour, minute).toISOString(),
  });
const labels = (...chats: ReturnType<typeof at>[]): string[] =>
  chatGroups(chats, today).map(({ label, chats: rows }) => `${label}: ${rows.length}`);

describe('chatGroups', () => {
  test('starts a new day at midnight, not 24 hours ago', () => {
    expect(labels(at(2025, 3, 12, 0, 0), at(2025, 3, 11, 23, 59), at(2025, 3, 11, 0, 0))).toEqual([
      'Today: 1',
      'Yesterday: 2',
    ]);
  });

  test('groups by days, then weeks, then months', () => {
    const chats = [
      at(2025, 3, 10),
      at(2025, 3, 5),
      at(2025, 3, 4),
      at(2025, 2, 10),
      at(2025, 2, 9),
      at(2025, 1, 31),
      at(2025, 1, 1, 0, 0),
      at(2024, 12, 31, 23, 59),
      at(2024, 3, 12),
    ];
    expect(labels(...chats)).toEqual([
      'Previous 7 days: 2',
      'Previous 30 days: 2',
      'February 2025: 1',
      'January 2025: 2',
      'December 2024: 1',
      'March 2024: 1',
    ]);
  });

  test('puts times in the future under Today', () => {
    expect(labels(at(2025, 3, 12, 23, 59), at(2025, 3, 13))).toEqual(['Today: 2']);
  });

  test('returns no groups without chats', () => {
    expect(chatGroups([], today)).toEqual([]);
  });
});

describe('startOfDay', () => {
  test('handles days of 23 and 25 hours', () => {
    expect(new Date(startOfDay(new Date(2025, 2, 31, 12).getTime(), 1)).getHours()).toBe(0);
    expect(new Date(startOfDay(new Date(2025, 9, 27, 12).getTime(), 1)).getHours()).toBe(0);
  });
});
