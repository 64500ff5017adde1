import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, createModelFixture, newChat, openChat, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import { Reader } from '../../support/reader.ts';
import { ownStreams, recordedStreams, type RecordedStream } from '../../support/recordedStreams.ts';

let world: ModelFixture;
beforeAll(async () => {
  world = await createModelFixture();
});
afterAll(() => world.end());

/** Asks, and reads the answer through a socket from its beginning to its end. */
async function readAnswer() {
  const asked = await ask(world.member, 'A question');
  const reader = new Reader(world.member, asked);
  await reader.connect();
  const message = await reader.ended();
  reader.cut();
  return { ...asked, reader, message };
}

const seeds = [1, 2, 3, 4, 5];

function arrivesExactly({ name, chunks, content, reasoning }: RecordedStream) {
  test.each(seeds)(`${name}, cut into pieces by %i`, async (seed) => {
    world.server.reply = { chunks, seed };
    const { chatId, message, reader } = await readAnswer();
    expect(message.content).toBe(content);
    expect(message.reasoning ?? '').toBe(reasoning);
    expect(reader.text).toEqual({ content, reasoning });
    expect(message.status).toBe(content ? 'complete' : 'failed');
    const stored = (await openChat(world.member, chatId)).messages.at(-1);
    expect(stored).toEqual(message);
    expect(stored?.reasoningMs === null).toBe(reasoning === '');
  });
}

describe('the exact text of every kind of stream arrives', () => {
  ownStreams.forEach(arrivesExactly);
});

if (recordedStreams.length > 0) {
  describe('the exact text of streams recorded from real servers arrives', () => {
    recordedStreams.forEach(arrivesExactly);
  });
} else {
  describe.skip('the exact text of recorded streams: ../shared/data/streams is not here', () => {
    test('arrives', () => expect(recordedStreams).not.toEqual([]));
  });
}

test('reasoning inside <think> tags is told apart', async () => {
  const text = '<think>Let me see. 1 < 2.</think>\n\nOne is less.';
  for (const seed of seeds) {
    world.server.reply = { chunks: chunksOf(text), seed };
    const { message } = await readAnswer();
    expect(message).toMatchObject({
      content: 'One is less.',
      reasoning: 'Let me see. 1 < 2.',
      reasoningMs: expect.any(Number),
      status: 'complete',
    });
  }
});

test('what no database takes is left out', async () => {
  world.server.reply = { chunks: chunksOf('a\0b \ud83d c') };
  const { message } = await readAnswer();
  expect(message.content).toBe('ab \ufffd c');
});

test('the model is asked with the branch, the system prompt and the settings of the chat', async () => {
  world.server.reply = { chunks: chunksOf('Fine.') };
  const settings = { systemPrompt: 'Be kind.', temperature: 0.5, topP: 0.9, maxTokens: 99 };
  const chat = await newChat(world.member, { settings });
  for (const content of ['First', 'Second']) {
    const asked = await ask(world.member, content, chat.id);
    const reader = new Reader(world.member, asked);
    if ((await reader.connect()) === 'streaming') await reader.ended();
    reader.cut();
  }
  const request = world.server.requests.findLast(({ body }) => body.stream);
  expect(request?.body).toEqual({
    model: 'test-model',
    stream: true,
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 99,
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Fine.' },
      { role: 'user', content: 'Second' },
    ],
  });
});
