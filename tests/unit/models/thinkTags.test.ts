import { describe, expect, test } from '@jest/globals';
import { ThinkTags } from '../../../server/src/features/models/thinkTags.ts';

function separate(pieces: string[]): { reasoning: string; content: string } {
  const tags = new ThinkTags();
  const all = { reasoning: '', content: '' };
  for (const { type, text } of [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()])
    all[type] += text;
  return all;
}

/** Yields every way to split the text into three pieces. */
function* splits(text: string): Generator<string[]> {
  for (let a = 0; a <= text.length; a++) {
    for (let b = a; b <= text.length; b++) yield [text.slice(0, a), text.slice(a, b), text.slice(b)];
  }
}

describe('reasoning in think tags', () => {
  test.each([
    ['<think>\nHm.</think>\n\nYes.', { reasoning: 'Hm.', content: 'Yes.' }],
    [' \n<think>a < b </thin </think>c </think>', { reasoning: 'a < b </thin ', content: 'c </think>' }],
    ['<think></think>Yes', { reasoning: '', content: 'Yes' }],
    ['<think>never ends', { reasoning: 'never ends', content: '' }],
    ['No <think>tag</think> here', { reasoning: '', content: 'No <think>tag</think> here' }],
    ['  <thin air', { reasoning: '', content: '  <thin air' }],
    ['<thi', { reasoning: '', content: '<thi' }],
    ['', { reasoning: '', content: '' }],
  ])('reasoning is separated from %j, however the text is split', (text, expected) => {
    for (const pieces of splits(text))
      expect({ pieces, ...separate(pieces) }).toEqual({ pieces, ...expected });
  });

  test('does not delay an answer without tags', () => {
    const tags = new ThinkTags();
    expect(tags.push('He')).toEqual([{ type: 'content', text: 'He' }]);
  });

  test('does not delay an answer of whitespace forever', () => {
    const pieces = Array.from({ length: 5_000 }, () => '\n');
    const tags = new ThinkTags();
    expect(pieces.flatMap((piece) => tags.push(piece)).length).toBeGreaterThan(3_000);
    expect(separate(pieces).content).toHaveLength(5_000);
  });
});
