import { describe, expect, test } from '@jest/globals';
import { formatDate, formatExact, formatRelative } from '../../../client/src/i18n/dates.ts';
import { parts, t } from '../../../client/src/i18n/t.ts';

const now = Date.parse('2025-03-12T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('t', () => {
  test('fills in the values', () => {
    expect(t('chats.actionsOf', { title: 'Eggs' })).toBe('Actions for “Eggs”');
  });
  test('fills in a value that looks like a placeholder or markup unchanged', () => {
    expect(t('chats.actionsOf', { title: '$& {title} <b>' })).toBe('Actions for “$& {title} <b>”');
  });
  test('chooses the plural form and formats the number', () => {
    expect(t('sharing.newMessages', { count: 1 })).toMatch(/^1 new message is/);
    expect(t('sharing.newMessages', { count: 0 })).toMatch(/^0 new messages are/);
    expect(t('sharing.newMessages', { count: 12_345 })).toMatch(/^12,345 new messages are/);
  });
});

describe('parts', () => {
  test('returns the parts of a message with tags, in order', () => {
    const found = parts('sharing.sharedBefore');
    expect(found.filter(({ tag }) => tag).map(({ tag, text }) => [tag, text])).toEqual([
      ['before', 'before'],
      ['delete', 'delete this link'],
    ]);
    expect(found.map(({ text }) => text).join('')).toBe(
      'You have shared this chat before. Click here to delete this link and create a new shared link.',
    );
  });
});

describe('formatRelative', () => {
  test.each([
    [0, 'just now'],
    [44_000, 'just now'],
    [-44_000, 'just now'],
    [46_000, '1 min ago'],
    [59.6 * minute, '1 h ago'],
    [2 * hour, '2 h ago'],
    [23.7 * hour, '1 d ago'],
    [6.4 * day, '6 d ago'],
    [-5 * minute, 'in 5 min'],
    [-3 * hour, 'in 3 h'],
    [-6 * day, 'in 6 d'],
  ])('shows %d ms before now as %s', (before, text) => {
    expect(formatRelative(now - before, now)).toBe(text);
  });
  test('returns a date after a week, with the year when it is not the current one', () => {
    expect(formatRelative(now - 8 * day, now)).toBe(formatDate(now - 8 * day, now));
    expect(formatDate(now - 8 * day, now)).not.toContain('2025');
    expect(formatRelative(now - 400 * day, now)).toContain('2024');
  });
});

describe('formatExact', () => {
  test('returns the full date and time', () => {
    expect(formatExact(now)).toMatch(/Wednesday.*12.*2025/);
  });
});
