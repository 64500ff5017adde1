import { describe, expect, test } from '@jest/globals';
import { GrowingText } from '../../../server/src/features/generation/growingText.ts';
import { seeded } from '../../support/modelServer.ts';

const fullText = 'a😀é你\u{1F469}‍\u{1F4BB}\n| x | y |\0 b \u{10FFFF} end 😀';

/** Cuts the text at random UTF-16 units, also inside surrogate pairs. */
function pieces(text: string, random: () => number): string[] {
  const result: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * 4);
    result.push(text.slice(at, at + length));
    at += length;
  }
  return result;
}

describe('GrowingText', () => {
  test.each(Array.from({ length: 50 }, (_, seed) => seed))(
    'delivers the whole text well-formed when it is cut at random (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const text = new GrowingText('', 1_000);
      let received = '';
      for (const piece of pieces(fullText, random)) {
        text.append(piece);
        if (random() < 0.5) continue;
        for (const delta of text.takePending()) {
          expect(delta.offset).toBe(received.length);
          expect(delta.text.isWellFormed()).toBe(true);
          received += delta.text;
        }
      }
      text.end();
      for (const delta of text.takePending()) received += delta.text;
      expect(received).toBe(fullText.replace('\0', ''));
      expect(text.sent).toBe(received);
    },
  );

  test('half a surrogate pair waits for its other half, and is replaced when that never comes', () => {
    const text = new GrowingText('', 100);
    text.append('a\uD83D');
    expect(text.takePending()).toEqual([{ offset: 0, text: 'a' }]);
    text.append('b');
    expect(text.takePending()).toEqual([{ offset: 1, text: '\uFFFDb' }]);
    text.append('\uD83D');
    text.end();
    expect(text.takePending()).toEqual([{ offset: 3, text: '\uFFFD' }]);
  });

  test('continues the initial text', () => {
    const text = new GrowingText('begun ', 100);
    text.append('and done');
    expect(text.takePending()).toEqual([{ offset: 6, text: 'and done' }]);
    expect(text.sent).toBe('begun and done');
  });

  test('takes no more than its limit, and never half a surrogate pair', () => {
    const text = new GrowingText('12', 5);
    text.append('34😀5');
    expect(text.isFull).toBe(true);
    text.append('more');
    text.end();
    expect(text.takePending()).toEqual([{ offset: 2, text: '34' }]);
  });

  test('delivers bounded deltas that keep surrogate pairs whole', () => {
    const text = new GrowingText('', 1_000_000);
    text.append(`x${'😀'.repeat(50_000)}`);
    const deltas = text.takePending();
    expect(deltas.length).toBeGreaterThan(1);
    for (const delta of deltas) {
      expect(delta.text.length).toBeLessThanOrEqual(64_000);
      expect(delta.text.isWellFormed()).toBe(true);
    }
    expect(deltas.map((delta) => delta.text).join('')).toBe(`x${'😀'.repeat(50_000)}`);
  });
});
