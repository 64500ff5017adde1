import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, createModelFixture, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf, seeded } from '../../support/modelServer.ts';
import { Reader } from '../../support/reader.ts';

/** Text without repetitions, so that doubled or lost text is noticed. */
const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i}${i % 7 === 0 ? '😀' : ''}`).join(' ');

/** Maximum number of network failures of one reader. */
const cutsMax = 6;

let fixture: ModelFixture;
beforeAll(async () => {
  fixture = await createModelFixture();
});
afterAll(() => fixture.end());

/** Reads over a network that fails and recovers at random times. Returns the number of failures. */
async function readThroughCuts(reader: Reader, random: () => number): Promise<number> {
  for (let cuts = 0; ; cuts++) {
    if ((await reader.connect()) !== 'streaming') return cuts;
    if (cuts === cutsMax) {
      await reader.ended();
      return cuts;
    }
    const failure = new Promise<'cut'>((resolve) => {
      setTimeout(() => resolve('cut'), random() ** 2 * 120).unref();
    });
    if ((await Promise.race([failure, reader.ended()])) !== 'cut') return cuts;
    reader.cut();
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  'a reader whose network fails at random times receives the text exactly once (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const [reasoning, content] = [words(10_000, 120), words(50_000, 480)];
    fixture.server.reply = { chunks: chunksOf(content, { reasoning }), seed, delayMs: 1 };
    const asked = await ask(fixture.member, 'Count');
    const readers = Array.from({ length: 3 }, () => new Reader(fixture.member, asked));
    const cuts = await Promise.all(readers.map((reader) => readThroughCuts(reader, random)));
    for (const reader of readers) {
      expect(reader.text).toEqual({ content, reasoning });
      // Only missed text is sent again, never the whole text.
      expect(reader.resumed).toBeLessThanOrEqual(content.length + reasoning.length + 2_000);
      reader.cut();
    }
    expect(Math.max(...cuts)).toBeGreaterThan(0);
  },
);
