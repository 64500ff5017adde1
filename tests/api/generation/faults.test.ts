import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { GenerationService } from '../../../server/src/features/generation/generation.service.ts';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import { ask, createModelFixture, endedAnswer, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person, TestSocket } from '../../support/person.ts';

const story = 'Once upon a time there was a server that answered in words.';
const storyChunks = (finish?: string | null) => chunksOf(story, { finish });

let fixture: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  fixture = await createModelFixture({ modelTuning: { timeouts: { firstByteMs: 1_000, idleMs: 1_000 } } });
  ben = fixture.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await fixture.end();
});
beforeEach(() => {
  fixture.server.release();
});

describe('faults of the model server', () => {
  test('a connection that breaks midway keeps the text with an error, and the answer can be continued', async () => {
    fixture.server.reply = { chunks: storyChunks(), breakAfter: 4 };
    const asked = await ask(ben, 'Tell me');
    const failed = await endedAnswer(ben, tab, asked);
    expect(failed).toMatchObject({
      status: 'failed',
      content: 'Once upon a',
      error: 'The connection to the model server was lost in the middle of the answer.',
    });
    fixture.server.reply = { chunks: chunksOf(' time.') };
    await ben.post(`/chats/${asked.chatId}/messages/${asked.messageId}/continue`).expect(200);
    const full = await tab.waitFor(
      'message:updated',
      ({ message }) => message.id === asked.messageId && message.status === 'complete',
    );
    expect(full.message).toMatchObject({ content: 'Once upon a time.', error: null });
  });

  test.each([
    ['ends the stream too early', { chunks: storyChunks(null) }, /ended the answer before it was complete/],
    ['stops sending', { chunks: storyChunks(), pauseAfter: 3 }, /stopped sending/],
    ['never responds', { hang: true }, /did not respond in time/],
    [
      'refuses the key',
      { status: 401, body: '{"error":{"message":"Incorrect API key sk-of-the-test-fixture"}}' },
      /rejected the API key/,
    ],
    [
      'does not know the model',
      { status: 404, body: '{"error":"model \\"x\\" not found, try pulling it"}' },
      /does not know this model\. The server says: model "x" not found/,
    ],
    ['is overloaded', { status: 429, body: '{"error":{"message":"Slow down"}}' }, /overloaded.*Slow down/],
    [
      'reports that the conversation is too long',
      { status: 400, body: '{"error":{"code":"context_length_exceeded","message":"Too long"}}' },
      /too long for the model/,
    ],
    [
      'fails with an HTML page',
      { status: 502, contentType: 'text/html', body: '<html>Bad gateway at 10.0.0.7</html>' },
      /^The model server failed \(status 502\)\. Try again\.$/,
    ],
    ['sends an HTML page', { contentType: 'text/html', body: '<h1>Hi</h1>' }, /Unexpected response/],
    ['sends invalid JSON', { chunks: ['{"choices":'] }, /Unexpected response/],
    [
      'reports an error in the stream',
      { chunks: [...storyChunks().slice(0, 4), '{"error":{"message":"CUDA out of memory"}}'] },
      /reported an error\. The server says: CUDA out of memory/,
    ],
    ['redirects', { status: 307, headers: { location: 'http://169.254.169.254/' } }, /not followed/],
  ])('the answer shows why it failed when the model server %s', async (_fault, script, error) => {
    fixture.server.reply = script;
    const answer = await endedAnswer(ben, tab, await ask(ben, 'Hi'));
    expect(answer).toMatchObject({ status: 'failed', error: expect.stringMatching(error) });
    expect(JSON.stringify(answer)).not.toContain('sk-of-the-test-fixture');
    expect(answer.error?.length).toBeLessThan(450);
  });

  test('a long error of the model server is left out', async () => {
    const message = 'word '.repeat(1_000);
    fixture.server.reply = { status: 400, body: JSON.stringify({ error: { message } }) };
    const answer = await endedAnswer(ben, tab, await ask(ben, 'Hi'));
    expect(answer.error).toBe('The model server rejected the request (status 400).');
  });
});

test('an answer whose first read of the database fails is written after all', async () => {
  fixture.server.reply = { chunks: chunksOf('A late answer.') };
  const read = jest.spyOn(MessageQueries.prototype, 'byIdInChat');
  const start = jest.spyOn(GenerationService.prototype, 'start').mockImplementationOnce(function (
    this: GenerationService,
    job,
  ) {
    // Reading the answer is the first thing a run does.
    read.mockRejectedValueOnce(new Error('the database is away'));
    start.mockRestore();
    this.start(job);
  });
  const answer = await endedAnswer(ben, tab, await ask(ben, 'Are you there?'));
  expect(answer).toMatchObject({ status: 'complete', content: 'A late answer.' });
  read.mockRestore();
});
