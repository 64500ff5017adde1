import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ask, createModelFixture, ended, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person, TestSocket } from '../../support/person.ts';

const story = 'Once upon a time there was a server that answered in words.';
const answering = (finish?: string | null) => chunksOf(story, { finish });

let world: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  world = await createModelFixture({ modelTuning: { timeouts: { firstByteMs: 1_000, idleMs: 1_000 } } });
  ben = world.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await world.end();
});
beforeEach(() => {
  world.server.release();
});

describe('when the model server', () => {
  test('dies midway, what came is kept with a readable error, and can be carried on', async () => {
    world.server.reply = { chunks: answering(), breakAfter: 4 };
    const asked = await ask(ben, 'Tell me');
    const failed = await ended(ben, tab, asked);
    expect(failed).toMatchObject({
      status: 'failed',
      content: 'Once upon a',
      error: 'The connection to the model server was lost in the middle of the answer.',
    });
    world.server.reply = { chunks: chunksOf(' time.') };
    await ben.post(`/chats/${asked.chatId}/messages/${asked.messageId}/continue`).expect(200);
    const full = await tab.hears(
      'message:updated',
      ({ message }) => message.id === asked.messageId && message.status === 'complete',
    );
    expect(full.message).toMatchObject({ content: 'Once upon a time.', error: null });
  });

  test.each([
    ['ends too soon', { chunks: answering(null) }, /ended the answer before it was complete/],
    ['falls silent', { chunks: answering(), pauseAfter: 3 }, /stopped sending/],
    ['never answers', { hang: true }, /did not respond in time/],
    [
      'refuses the key',
      { status: 401, body: '{"error":{"message":"Incorrect API key sk-of-the-test-world"}}' },
      /rejected the API key/,
    ],
    [
      'does not know the model',
      { status: 404, body: '{"error":"model \\"x\\" not found, try pulling it"}' },
      /does not know this model\. The server says: model "x" not found/,
    ],
    [
      'has too much to do',
      { status: 429, body: '{"error":{"message":"Slow down"}}' },
      /overloaded.*Slow down/,
    ],
    [
      'finds the conversation too long',
      { status: 400, body: '{"error":{"code":"context_length_exceeded","message":"Too long"}}' },
      /too long for the model/,
    ],
    [
      'fails with a page',
      { status: 502, contentType: 'text/html', body: '<html>Bad gateway at 10.0.0.7</html>' },
      /^The model server failed \(status 502\)\. Try again\.$/,
    ],
    ['sends a page', { contentType: 'text/html', body: '<h1>Hi</h1>' }, /Unexpected response/],
    ['sends no JSON', { chunks: ['{"choices":'] }, /Unexpected response/],
    [
      'says an error in the stream',
      { chunks: [...answering().slice(0, 4), '{"error":{"message":"CUDA out of memory"}}'] },
      /reported an error\. The server says: CUDA out of memory/,
    ],
    ['redirects', { status: 307, headers: { location: 'http://169.254.169.254/' } }, /not followed/],
  ])('%s, people read why', async (_what, script, error) => {
    world.server.reply = script;
    const answer = await ended(ben, tab, await ask(ben, 'Hi'));
    expect(answer).toMatchObject({ status: 'failed', error: expect.stringMatching(error) });
    expect(JSON.stringify(answer)).not.toContain('sk-of-the-test-world');
    expect(answer.error?.length).toBeLessThan(450);
  });

  test('says a lot about an error, it is trimmed', async () => {
    world.server.reply = { status: 400, body: JSON.stringify({ error: { message: 'x'.repeat(5_000) } }) };
    const answer = await ended(ben, tab, await ask(ben, 'Hi'));
    expect(answer.error).toMatch(/x{300}…$/);
    expect(answer.error?.length).toBeLessThan(400);
  });
});
