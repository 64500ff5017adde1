import { describe, expect, test } from '@jest/globals';
import { buildPrompt } from '../../../server/src/features/generation/prompt.ts';

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant' as const, content });

describe('buildPrompt', () => {
  test('joins the system prompt, the branch and the settings that are set', () => {
    const settings = { systemPrompt: 'Be brief.', temperature: 0, maxTokens: 50 };
    expect(buildPrompt(settings, [user('Hi'), assistant('Hello'), user('Bye')], '')).toEqual({
      messages: [{ role: 'system', content: 'Be brief.' }, user('Hi'), assistant('Hello'), user('Bye')],
      temperature: 0,
      maxTokens: 50,
    });
  });

  test('ends with the answer that is being continued', () => {
    expect(buildPrompt({}, [user('Hi')], 'Hel').messages).toEqual([user('Hi'), assistant('Hel')]);
  });

  test('leaves out answers without text, so that roles alternate', () => {
    const branch = [user('One'), assistant(''), user('Two')];
    expect(buildPrompt({ systemPrompt: '  ' }, branch, '').messages).toEqual([user('One\n\nTwo')]);
    expect(branch[0]).toEqual(user('One'));
  });
});
