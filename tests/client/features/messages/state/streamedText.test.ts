import { describe, expect, test } from '@jest/globals';
import {
  applyDelta,
  hasGap,
  streamedText,
} from '../../../../../client/src/features/messages/state/streamedText.ts';
import type {
  StreamedText,
  TextDelta,
} from '../../../../../client/src/features/messages/state/streamedText.ts';

/** Returns a generator of numbers below `n` that are the same in every run (mulberry32). */
function randomNumbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const words = ['Grün ', '👩‍👩‍👧 ', '\n\n', 'aa', 'a', '数学', '`x` ', ' '];
const randomText = (below: (n: number) => number): string =>
  Array.from({ length: 5 + below(60) }, () => words[below(words.length)]).join('');

/** Cuts `text` into deltas, some duplicated or overlapping, and moves each up to `maxShift` places. */
function randomDeltas(text: string, below: (n: number) => number, maxShift: number): TextDelta[] {
  const deltas: TextDelta[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + below(9);
    deltas.push({ offset: at, text: text.slice(at, at + length) });
    if (below(4) === 0) {
      const back = Math.max(0, at - below(12));
      deltas.push({ offset: back, text: text.slice(back, at + below(length + 1)) });
    }
    at += length;
  }
  return deltas
    .map((delta, index) => ({ delta, place: index + (maxShift === 0 ? 0 : below(maxShift)) }))
    .sort((a, b) => a.place - b.place)
    .map(({ delta }) => delta);
}

const applyAll = (deltas: readonly TextDelta[]): StreamedText => deltas.reduce(applyDelta, streamedText(''));

describe('a streamed text', () => {
  test('a text is exact, however its deltas are cut, duplicated and reordered', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const below = randomNumbers(seed);
      const text = randomText(below);
      const state = applyAll(randomDeltas(text, below, seed % 12));
      expect(state.text).toBe(text);
      expect(hasGap(state)).toBe(false);
    }
  });

  test('a text is a prefix of the complete text after every delta', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const below = randomNumbers(seed);
      const text = randomText(below);
      let state = streamedText('');
      for (const delta of randomDeltas(text, below, 9)) {
        const before = state.text.length;
        state = applyDelta(state, delta);
        expect(text.startsWith(state.text)).toBe(true);
        expect(state.text.length).toBeGreaterThanOrEqual(before);
      }
    }
  });

  test('a text has a gap when deltas are lost, and is exact after one resume', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const below = randomNumbers(seed);
      const text = randomText(below);
      const received = randomDeltas(text, below, 0).filter(() => below(3) > 0);
      const state = applyAll(received);
      const end = Math.max(0, ...received.map(({ offset, text: part }) => offset + part.length));
      expect(hasGap(state)).toBe(state.text.length < end);
      const resumed = applyDelta(state, { offset: state.text.length, text: text.slice(state.text.length) });
      expect(resumed.text).toBe(text);
      expect(hasGap(resumed)).toBe(false);
    }
  });

  test('a delta that adds nothing returns the same object', () => {
    const state = streamedText('known text');
    expect(applyDelta(state, { offset: 0, text: 'known' })).toBe(state);
    expect(applyDelta(state, { offset: 6, text: 'text' })).toBe(state);
    expect(applyDelta(state, { offset: 10, text: '' })).toBe(state);
  });

  test('the number of deltas buffered ahead of a gap is limited', () => {
    let state = streamedText('');
    for (let index = 1; index <= 1_000; index++) state = applyDelta(state, { offset: index * 2, text: 'x' });
    expect(state.buffered.length).toBe(256);
    expect(state.text).toBe('');
  });
});
