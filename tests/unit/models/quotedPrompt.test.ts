import { describe, expect, test } from '@jest/globals';
import { quotesPrompt } from '../../../server/src/features/models/quotedPrompt.ts';

const prompt = (...texts: string[]) => ({
  messages: texts.map((content) => ({ role: 'user' as const, content })),
});

describe('a message of a model server that quotes what it was sent', () => {
  const question = 'Do pangolins dream of electric zebras tonight?';
  test.each([
    ['completely', `Invalid input: "${question}"`, prompt(question)],
    ['in part', `Invalid input: "…pangolins dream of electric zebras to…"`, prompt(question)],
    ['with a short text', 'Input should be longer [input: zebra]', prompt('zebra')],
    ['from an earlier text', `Blocked because of ${question}`, prompt(question, 'And then?', 'Go on.')],
    [
      'from a long conversation',
      `Blocked: ${question}`,
      prompt(...Array<string>(200).fill('Go on.'), question),
    ],
    ['from the end of a long text', `Cut off after ${question}`, prompt('x'.repeat(100_000) + question)],
  ])('is recognised %s', (_how, message, sent) => {
    expect(quotesPrompt(message, sent)).toBe(true);
  });

  test.each([
    ['has nothing in common with it', 'The server is out of memory.', prompt('Why is the sky blue?')],
    ['shares only ordinary words', 'The model does not exist.', prompt('Does the model of Bohr exist?')],
    ['was sent after an empty text', 'Too many requests.', prompt('', ' ')],
    ['was sent after a letter', 'Too many requests.', prompt('e')],
  ])('is not taken for one when it %s', (_how, message, sent) => {
    expect(quotesPrompt(message, sent)).toBe(false);
  });

  test('is recognised quickly in the longest chat', () => {
    const long = prompt(...Array<string>(5_000).fill('a'.repeat(10_000)));
    const startedAt = performance.now();
    expect(quotesPrompt('b'.repeat(60_000), long)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
