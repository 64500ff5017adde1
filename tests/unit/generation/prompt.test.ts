import { describe, expect, test } from '@jest/globals';
import { promptOf } from '../../../server/src/features/generation/prompt.ts';
import { cleanTitle } from '../../../server/src/features/generation/generation.title.ts';

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant' as const, content });

describe('what a model is asked', () => {
  test('is the system prompt, the branch, and the settings that are set', () => {
    const settings = { systemPrompt: 'Be brief.', temperature: 0, maxTokens: 50 };
    expect(promptOf(settings, [user('Hi'), assistant('Hello'), user('Bye')], '')).toEqual({
      messages: [{ role: 'system', content: 'Be brief.' }, user('Hi'), assistant('Hello'), user('Bye')],
      temperature: 0,
      maxTokens: 50,
    });
  });

  test('ends with the answer that is to be carried on', () => {
    expect(promptOf({}, [user('Hi')], 'Hel').messages).toEqual([user('Hi'), assistant('Hel')]);
  });

  test('leaves out answers without text, so that roles still alternate', () => {
    const branch = [user('One'), assistant(''), user('Two')];
    expect(promptOf({ systemPrompt: '  ' }, branch, '').messages).toEqual([user('One\n\nTwo')]);
    expect(branch[0]).toEqual(user('One'));
  });
});

describe('a title a model made', () => {
  test.each([
    ['"Trip to Rome"', 'Trip to Rome'],
    ['Title: **Trip to Rome**.', 'Trip to Rome'],
    ['<think>Hm, a title…</think>\n\nTrip to Rome\nAnd more', 'Trip to Rome'],
    ['\n# Reise nach Köln\n', 'Reise nach Köln'],
    ['<think>it never got further', undefined],
    ['""', undefined],
    [' \n ', undefined],
  ])('%j becomes %j', (said, title) => {
    expect(cleanTitle(said)).toBe(title);
  });

  test('costs no more when it is endless', () => {
    const before = performance.now();
    cleanTitle(`x${'.'.repeat(100_000)}x`);
    expect(performance.now() - before).toBeLessThan(1_000);
  }, 5_000);
});
