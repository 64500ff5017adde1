import { describe, expect, test } from '@jest/globals';
import { authEndpoints } from '#shared/auth';
import { chatEndpoints } from '#shared/chats';
import { settingsEndpoints } from '#shared/settings';
import { sharingEndpoints } from '#shared/sharing';
import { userEndpoints } from '#shared/users';
import { toSingleLine } from '#shared/values';
import { titleFromModel, titleFromQuestion } from '../../../server/src/features/chats/titles.service.ts';
import { asTitle } from '../../../server/src/features/imports/formats/untrusted.ts';
import { foldText } from '../../../server/src/platform/db/searchText.ts';

const spoofs: [string, string, string][] = [
  ['a right-to-left override', 'Ada \u202Enimda', 'Ada nimda'],
  ['isolates and embeddings', '\u2066A\u2067d\u2068a\u2069\u202A\u202B\u202C\u202D', 'Ada'],
  ['direction marks', 'A\u200Ed\u200Fa\u061C', 'Ada'],
  ['zero-width spaces and joiners', 'A\u200Bd\u200Ca\u200D\u2060\uFEFF', 'Ada'],
  ['soft hyphens, grapheme joiners and fillers', 'A\u00ADd\u034Fa\u115F\u1160\u3164\uFFA0', 'Ada'],
  ['escape and other control characters', 'A\u001B[31md\u0007a\u007F\u009B', 'A[31mda'],
  ['deprecated format and annotation characters', 'A\u206Ad\u206Fa\uFFF9\uFFFB', 'Ada'],
  ['tags that hide text', 'Ada\u{E0041}\u{E0042}\u{E007F}', 'Ada'],
  ['tags that hide text behind a flag', '\u{1F3F4}\u{E0041}\u{E0042}\u{E0043}', '\u{1F3F4}'],
  ['variation selectors on letters', 'A\uFE0Fd\u{E0100}a', 'Ada'],
  ['blank Braille patterns', 'A\u2800\u2800d', 'A d'],
  ['a mark between two spaces', 'A \u200B d', 'A d'],
  ['line and paragraph separators', 'A\u2028d\u2029a\u0085', 'A d a'],
];
const needed: [string, string][] = [
  ['a family', '👨‍👩‍👧‍👦'],
  ['a skin tone and a profession', '👩🏽‍🚀'],
  ['a heart on fire', '❤️‍🔥'],
  ['a rainbow flag', '🏳️‍🌈'],
  ['the flag of Scotland', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
  ['a keycap', '1️⃣'],
  ['Persian with a non-joiner', 'می\u200Cخواهم'],
  ['Hindi with a joiner', 'क्\u200Dष'],
  ['Sinhala with a joiner', 'ශ්\u200Dරී'],
  ['a Japanese name with a variant', '葛\u{E0100}城'],
  ['Hebrew, Arabic and accents', 'שלום مرحبا Zoë'],
];

describe('one line of text', () => {
  test.each(spoofs)('loses %s', (_name, text, expected) => {
    expect(toSingleLine(text)).toBe(expected);
    expect(foldText(text.replace(/\s+/g, ' '))).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069]/u);
  });

  test.each(needed)('keeps %s', (_name, text) => {
    expect(toSingleLine(text)).toBe(text);
  });

  test('takes time in proportion to its length', () => {
    for (const text of ['\u{1F3F4}\u{E0067}', '\u200D', 'ක\u200D', '👩\u200D', ' \u200B']) {
      const started = performance.now();
      toSingleLine(text.repeat(100_000 / text.length));
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });

  test('that consists of invisible characters only is refused as empty', () => {
    const name = '\u200B\u202E\u3164\u2800';
    const schemas: [{ safeParse(value: unknown): { success: boolean } }, object][] = [
      [authEndpoints.signUp.body, { name, email: 'ada@example.org', password: 'long enough' }],
      [userEndpoints.updateMe.body, { name }],
      [userEndpoints.createUser.body, { name, email: 'ada@example.org', role: 'user' }],
      [chatEndpoints.updateChat.body, { title: name }],
      [sharingEndpoints.updateLink.body, { title: name }],
      [settingsEndpoints.updateSettings.body, { name }],
    ];
    for (const [schema, value] of schemas) expect(schema.safeParse(value).success).toBe(false);
  });
});

test('titles from questions, from models and from imported files lose invisible marks', () => {
  const text = 'Pay \u202Enow\u200B';
  expect(titleFromQuestion(text)).toBe('Pay now');
  expect(titleFromModel(text)).toBe('Pay now');
  expect(asTitle(text)).toBe('Pay now');
});

test('search ignores invisible marks', () => {
  expect(foldText('Mag\u200Bnets')).toBe(foldText('magnets'));
});
