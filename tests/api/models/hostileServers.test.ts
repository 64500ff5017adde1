import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, createModelFixture, endedAnswer, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { TestSocket } from '../../support/person.ts';

/** Milliseconds of processor time that one turn of the event loop may take: other requests wait for its end. */
const turnMaxMs = 250;

let fixture: ModelFixture;
let tab: TestSocket;
beforeAll(async () => {
  fixture = await createModelFixture();
  tab = await fixture.member.connect();
});
afterAll(async () => {
  tab.close();
  await fixture.end();
});

/**
 * Returns the longest turn of the event loop during the work, in milliseconds. Processor time, unlike the time of the
 * clock, does not grow when the machine runs other tests.
 */
async function longestTurnDuring(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.cpuUsage();
  }, 1);
  await work().finally(() => clearInterval(timer));
  return longest;
}

/** Returns the text in pieces of this many bytes. */
function cut(text: string, pieceBytes: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
}

const kilobyte = 1_024;
const whole = 64 * kilobyte;
const answer = chunksOf('Hello.')
  .map((chunk) => `data: ${chunk}\n\n`)
  .join('');
const longText = (length: number) => `data: {"choices":[{"delta":{"content":"${'x'.repeat(length)}`;
const shapes = Array.from({ length: 45_000 }, (_, i) => `{"k${i}":0,"j${i}":1}`).join(',');

describe('a model server that sends hostile streams', () => {
  test.each<[string, string, number, RegExp | null]>([
    ['a line of 10 MB in pieces of 1 KB', longText(10_000_000), kilobyte, /larger than 1 MB/],
    ['a line of 10 MB in pieces of 1 MB', longText(10_000_000), 1_000_000, /larger than 1 MB/],
    ['a line of 1 MB in pieces of 200 bytes', longText(1_000_000), 200, /larger than 1 MB/],
    ['an event of 1 MB in lines of one letter', 'a\n'.repeat(490_000), kilobyte, /before it was complete/],
    ['600,000 lines of data in one event', 'data:1\n'.repeat(600_000), kilobyte, /larger than 1 MB/],
    ['200,000 empty events', `${'data: {}\n\n'.repeat(200_000)}${answer}`, whole, null],
    ['1,000,000 empty comments', `${':\n\n'.repeat(1_000_000)}${answer}`, whole, null],
    ['1,000,000 blank lines', `${'\n'.repeat(1_000_000)}${answer}`, whole, null],
    ['1,000,000 carriage returns', `${'\r'.repeat(1_000_000)}${answer}`, whole, null],
    ['values 900,000 levels deep', `data: ${'['.repeat(900_000)}\n\n`, whole, /Unexpected response/],
    [
      'values 400,000 levels deep and closed',
      `data: ${'['.repeat(400_000)}${']'.repeat(400_000)}\n\n`,
      whole,
      /Unexpected response/,
    ],
    [
      '90,000 values in one event',
      `data: [${shapes}]\n\n`.slice(0, 990_000),
      whole,
      /before it was complete|Unexpected response/,
    ],
  ])('does not hold up the server with %s', async (_what, stream, pieceBytes, error) => {
    fixture.server.reply = { pieces: cut(stream, pieceBytes) };
    let ended: Awaited<ReturnType<typeof endedAnswer>> | undefined;
    const longestTurn = await longestTurnDuring(async () => {
      ended = await endedAnswer(fixture.member, tab, await ask(fixture.member, 'Hi'));
    });
    expect(ended).toMatchObject(
      error
        ? { status: 'failed', error: expect.stringMatching(error) }
        : { status: 'complete', content: 'Hello.' },
    );
    expect(longestTurn).toBeLessThan(turnMaxMs);
  });
});
