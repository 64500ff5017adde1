import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, createModelFixture, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf, seeded } from '../../support/modelServer.ts';
import { Reader } from '../../support/reader.ts';

/** Text in which every place is unlike every other, so that nothing doubled or lost goes unnoticed. */
const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i}${i % 7 === 0 ? '😀' : ''}`).join(' ');

/** Times the network of one reader breaks at most. */
const cutsMax = 6;

let world: ModelFixture;
beforeAll(async () => {
  world = await createModelFixture();
});
afterAll(() => world.end());

/** Reads with a network that breaks and comes back at random times. Answers with how often it broke. */
async function readThroughCuts(reader: Reader, random: () => number): Promise<number> {
  for (let cuts = 0; ; cuts++) {
    if ((await reader.connect()) !== 'streaming') return cuts;
    if (cuts === cutsMax) {
      await reader.ended();
      return cuts;
    }
    const broken = new Promise<'cut'>((resolve) => {
      setTimeout(() => resolve('cut'), random() ** 2 * 120).unref();
    });
    if ((await Promise.race([broken, reader.ended()])) !== 'cut') return cuts;
    reader.cut();
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  'with cuts at random places (%i) a reader gets the text exactly once',
  async (seed) => {
    const random = seeded(seed);
    const [reasoning, content] = [words(10_000, 120), words(50_000, 480)];
    world.server.reply = { chunks: chunksOf(content, { reasoning }), seed, delayMs: 1 };
    const asked = await ask(world.member, 'Count');
    const readers = Array.from({ length: 3 }, () => new Reader(world.member, asked));
    const cuts = await Promise.all(readers.map((reader) => readThroughCuts(reader, random)));
    for (const reader of readers) {
      expect(reader.text).toEqual({ content, reasoning });
      // Only what was missed comes again, never the whole.
      expect(reader.resumed).toBeLessThanOrEqual(content.length + reasoning.length + 2_000);
      reader.cut();
    }
    expect(Math.max(...cuts)).toBeGreaterThan(0);
  },
);
