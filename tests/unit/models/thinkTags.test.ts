import { describe, expect, test } from '@jest/globals';
import { ThinkTags } from '../../../server/src/features/models/thinkTags.ts';

function take(pieces: string[]): { reasoning: string; content: string } {
  const tags = new ThinkTags();
  const all = { reasoning: '', content: '' };
  for (const { type, text } of [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()])
    all[type] += text;
  return all;
}

/** Every way to cut the text in three. */
function* cuts(text: string): Generator<string[]> {
  for (let a = 0; a <= text.length; a++) {
    for (let b = a; b <= text.length; b++) yield [text.slice(0, a), text.slice(a, b), text.slice(b)];
  }
}

describe('reasoning written into the answer', () => {
  test.each([
    ['<think>\nHm.</think>\n\nYes.', { reasoning: 'Hm.', content: 'Yes.' }],
    [' \n<think>a < b </thin </think>c </think>', { reasoning: 'a < b </thin ', content: 'c </think>' }],
    ['<think></think>Yes', { reasoning: '', content: 'Yes' }],
    ['<think>never ends', { reasoning: 'never ends', content: '' }],
    ['No <think>tag</think> here', { reasoning: '', content: 'No <think>tag</think> here' }],
    ['  <thin air', { reasoning: '', content: '  <thin air' }],
    ['<thi', { reasoning: '', content: '<thi' }],
    ['', { reasoning: '', content: '' }],
  ])('%j is taken apart wherever it is cut', (text, expected) => {
    for (const pieces of cuts(text)) expect({ pieces, ...take(pieces) }).toEqual({ pieces, ...expected });
  });

  test('an answer without it is not held back', () => {
    const tags = new ThinkTags();
    expect(tags.push('He')).toEqual([{ type: 'content', text: 'He' }]);
  });

  test('white space that does not end is an answer, and is not kept back', () => {
    const pieces = Array.from({ length: 5_000 }, () => '\n');
    const tags = new ThinkTags();
    expect(pieces.flatMap((piece) => tags.push(piece)).length).toBeGreaterThan(3_000);
    expect(take(pieces).content).toHaveLength(5_000);
  });
});
