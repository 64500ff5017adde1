import { describe, expect, test } from '@jest/globals';
import { titleFromModel, titleFromQuestion } from '../../../server/src/features/chats/titles.service.ts';

describe('titles from questions', () => {
  test.each([
    ['# How do *magnets* work?\nIn detail, please.', 'How do magnets work?'],
    ['```\n\n  second   line', 'second line'],
    ['???', '???'],
    [' \n ', ''],
  ])('the question %j gives the title %j', (question, title) => {
    expect(titleFromQuestion(question)).toBe(title);
  });

  test('a long question is cut at a word', () => {
    expect(titleFromQuestion('word '.repeat(40))).toBe(`${'word '.repeat(16).trim()}…`);
    expect(titleFromQuestion('x'.repeat(200))).toBe(`${'x'.repeat(80)}…`);
  });

  test('a question is never cut inside a surrogate pair', () => {
    expect(titleFromQuestion(`${'x'.repeat(79)}😀😀`).isWellFormed()).toBe(true);
    expect(titleFromQuestion(`x${'!'.repeat(78)}😀`).isWellFormed()).toBe(true);
  });
});

describe('titles from models', () => {
  test.each([
    ['"Trip to Rome"', 'Trip to Rome'],
    ['Title: **Trip to Rome**.', 'Trip to Rome'],
    ['<think>Hm, a title…</think>\n\nTrip to Rome\nAnd more', 'Trip to Rome'],
    ['\n# Reise nach Köln\n', 'Reise nach Köln'],
    ['<think>it never got further', undefined],
    ['""', undefined],
    [' \n ', undefined],
  ])('the suggestion %j gives the title %j', (suggestion, title) => {
    expect(titleFromModel(suggestion)).toBe(title);
  });

  test('a very long suggestion takes no longer than a short one', () => {
    const before = performance.now();
    titleFromModel(`x${'.'.repeat(100_000)}x`);
    expect(performance.now() - before).toBeLessThan(1_000);
  }, 5_000);
});
