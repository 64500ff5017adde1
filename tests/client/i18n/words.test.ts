import { describe, expect, test } from '@jest/globals';
import { formatDate, formatExact, formatRelative } from '../../../client/src/i18n/dates.ts';
import { en } from '../../../client/src/i18n/en/index.ts';
import { parts, t } from '../../../client/src/i18n/t.ts';

const now = Date.parse('2025-03-12T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Placeholders of a sentence, sorted. */
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

describe('a sentence', () => {
  test('has its values in it', () => {
    expect(t('chats.actionsOf', { title: 'Eggs' })).toBe('Actions for “Eggs”');
  });
  test('takes a value as it is, whatever it looks like', () => {
    expect(t('chats.actionsOf', { title: '$& {title} <b>' })).toBe('Actions for “$& {title} <b>”');
  });
  test('agrees with its number, which is written for people', () => {
    expect(t('sharing.newMessages', { count: 1 })).toMatch(/^1 new message is/);
    expect(t('sharing.newMessages', { count: 0 })).toMatch(/^0 new messages are/);
    expect(t('sharing.newMessages', { count: 12_345 })).toMatch(/^12,345 new messages are/);
  });
});

describe('a sentence with links in it', () => {
  test('comes in parts, in order', () => {
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

describe('the catalogue', () => {
  const messages = Object.entries(en).flatMap(([feature, words]) =>
    Object.entries(words).map(([name, message]) => [`${feature}.${name}`, message] as const),
  );

  test('asks for the same values in one and in many', () => {
    const uneven = messages.filter(
      ([, message]) =>
        typeof message !== 'string' &&
        placeholders(message.one).some((name) => !placeholders(message.other).includes(name)),
    );
    expect(uneven).toEqual([]);
  });

  test('shouts nowhere and says sorry nowhere', () => {
    const loud = messages.filter(([, message]) =>
      /!|\bsorry\b|\boops\b/i.test(typeof message === 'string' ? message : `${message.one} ${message.other}`),
    );
    expect(loud).toEqual([]);
  });
});

describe('a moment', () => {
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
  ])('%d ms before now is %s', (before, words) => {
    expect(formatRelative(now - before, now)).toBe(words);
  });
  test('of last week is a date, and has its year when that is another', () => {
    expect(formatRelative(now - 8 * day, now)).toBe(formatDate(now - 8 * day, now));
    expect(formatDate(now - 8 * day, now)).not.toContain('2025');
    expect(formatRelative(now - 400 * day, now)).toContain('2024');
  });
  test('is told exactly where that is asked for', () => {
    expect(formatExact(now)).toMatch(/Wednesday.*12.*2025/);
  });
});
