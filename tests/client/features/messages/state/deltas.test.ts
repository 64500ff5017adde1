import { describe, expect, test } from '@jest/globals';
import { arriving, hasGap, receive } from '../../../../../client/src/features/messages/state/deltas.ts';
import type { Arriving, Piece } from '../../../../../client/src/features/messages/state/deltas.ts';

/** Numbers below `n` that are the same in every run (mulberry32). */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const words = ['Grün ', '👩‍👩‍👧 ', '\n\n', 'aa', 'a', '数学', '`x` ', ' '];
const textOf = (below: (n: number) => number): string =>
  Array.from({ length: 5 + below(60) }, () => words[below(words.length)]).join('');

/** Pieces that cover `text`, some of them twice or overlapping, up to the `mixed` places out of order. */
function pieces(text: string, below: (n: number) => number, mixed: number): Piece[] {
  const cuts: Piece[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + below(9);
    cuts.push({ offset: at, text: text.slice(at, at + length) });
    if (below(4) === 0) {
      const back = Math.max(0, at - below(12));
      cuts.push({ offset: back, text: text.slice(back, at + below(length + 1)) });
    }
    at += length;
  }
  return cuts
    .map((piece, at) => ({ piece, place: at + (mixed === 0 ? 0 : below(mixed)) }))
    .sort((a, b) => a.place - b.place)
    .map(({ piece }) => piece);
}

const after = (all: readonly Piece[], from: Arriving = arriving('')): Arriving => all.reduce(receive, from);

describe('a text that arrives in pieces', () => {
  test('is exact, however it is cut, doubled and mixed up', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const below = numbers(seed);
      const text = textOf(below);
      const state = after(pieces(text, below, seed % 12));
      expect(state.text).toBe(text);
      expect(hasGap(state)).toBe(false);
    }
  });

  test('is at every moment a beginning of the whole, never longer and never doubled', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const below = numbers(seed);
      const text = textOf(below);
      let state = arriving('');
      for (const piece of pieces(text, below, 9)) {
        const before = state.text.length;
        state = receive(state, piece);
        expect(text.startsWith(state.text)).toBe(true);
        expect(state.text.length).toBeGreaterThanOrEqual(before);
      }
    }
  });

  test('shows a gap when pieces are lost, and is exact after the rest was sent once', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const below = numbers(seed);
      const text = textOf(below);
      const arrived = pieces(text, below, 0).filter(() => below(3) > 0);
      const state = after(arrived);
      const end = Math.max(0, ...arrived.map(({ offset, text: said }) => offset + said.length));
      expect(hasGap(state)).toBe(state.text.length < end);
      const resumed = receive(state, { offset: state.text.length, text: text.slice(state.text.length) });
      expect(resumed.text).toBe(text);
      expect(hasGap(resumed)).toBe(false);
    }
  });

  test('stays the same value when a piece says nothing new', () => {
    const state = arriving('known text');
    expect(receive(state, { offset: 0, text: 'known' })).toBe(state);
    expect(receive(state, { offset: 6, text: 'text' })).toBe(state);
    expect(receive(state, { offset: 10, text: '' })).toBe(state);
  });

  test('holds only so much ahead of a gap', () => {
    let state = arriving('');
    for (let at = 1; at <= 1_000; at++) state = receive(state, { offset: at * 2, text: 'x' });
    expect(state.ahead.length).toBe(256);
    expect(state.text).toBe('');
  });
});
