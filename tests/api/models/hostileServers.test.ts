import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp } from '../../support/app.ts';
import {
  ask,
  createModelFixture,
  endedAnswer,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
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
    ['40,000 empty events', `${'data: {}\n\n'.repeat(40_000)}${answer}`, whole, null],
    ['300,000 empty comments', `${':\n\n'.repeat(300_000)}${answer}`, whole, null],
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

describe('a model server that reveals its network', () => {
  const says = 'upstream http://10.0.0.7:8000/v1 at gpu7.corp.local, file /srv/llm: out of memory';
  const body = JSON.stringify({ error: { message: says } });

  test.each([
    ['status 400', { status: 400, body }],
    ['status 404', { status: 404, body }],
    ['status 429', { status: 429, body }],
    ['status 500', { status: 500, body }],
    ['status 503 and a text', { status: 503, body: JSON.stringify({ error: says }) }],
    ['an event of a stream', { chunks: [body] }],
    ['an event of a stream, as a text', { chunks: [JSON.stringify({ error: says })] }],
  ])('shows members only plain words of its error with %s', async (_what, script) => {
    fixture.server.reply = script;
    const asked = await ask(fixture.member, 'Hi');
    const answer = await endedAnswer(fixture.member, tab, asked);
    expect(answer.error).toMatch(/The server says: upstream … at … file … out of memory$/);
    const seen = JSON.stringify([tab.received, await openChat(fixture.member, asked.chatId)]);
    for (const hidden of ['10.0.0.7', 'corp', '/srv']) expect(seen).not.toContain(hidden);
  });
});

describe('a connection of the environment', () => {
  test('shows members the name of a public provider, but no address of the local network', async () => {
    const urls = [
      'http://127.0.0.1:9/v1',
      'http://[::1]:9/v1',
      'http://gpubox:9/v1',
      'http://llm.corp.local:9/v1',
      'https://api.openai.com/v1',
      'https://llm.example.com:8443/v1',
    ];
    const app = await createTestApp({ env: { OPENAI_API_BASE_URLS: urls.join(';') } });
    const admin = await app.person('Ada');
    const { items } = (await admin.get('/admin/connections').expect(200)).body;
    await app.end();
    expect(items.map(({ name }: { name: string }) => name)).toEqual([
      'Model server 1',
      'Model server 2',
      'Model server 3',
      'Model server 4',
      'OpenAI',
      'llm.example.com',
    ]);
  });
});

describe('a model server that only keeps the connection open', () => {
  test.each([
    ['comments', ': ping\n\n'],
    ['empty events', 'data: {}\n\n'],
    ['spaces', ' '],
  ])(
    'ends the answer when it sends nothing but %s for too long',
    async (_what, piece) => {
      function* endless() {
        for (;;) yield piece;
      }
      const patient = await createModelFixture({ modelTuning: { timeouts: { silentMs: 1_000 } } });
      const socket = await patient.member.connect();
      patient.server.reply = { pieces: endless(), delayMs: 20 };
      const answer = await endedAnswer(patient.member, socket, await ask(patient.member, 'Hi'));
      socket.close();
      await patient.end();
      expect(answer).toMatchObject({ status: 'failed', error: expect.stringMatching(/stopped sending/) });
    },
    40_000,
  );

  test('ends the answer at once when it has said that the answer is complete', async () => {
    function* endless() {
      yield `${answer}data: [DONE]\n\n`;
      for (;;) yield ': ping\n\n';
    }
    fixture.server.reply = { pieces: endless(), delayMs: 20 };
    const ended = await endedAnswer(fixture.member, tab, await ask(fixture.member, 'Hi'));
    expect(ended).toMatchObject({ status: 'complete', content: 'Hello.' });
    await fixture.server.waitUntil(() =>
      fixture.server.requests.some(({ body, aborted }) => body.stream && aborted),
    );
  }, 40_000);
});
