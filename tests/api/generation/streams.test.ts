import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, createModelFixture, newChat, openChat, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import { Reader } from '../../support/reader.ts';
import { ownStreams, recordedStreams, type RecordedStream } from '../../support/recordedStreams.ts';
import { missingDataHint } from '../../support/testData.ts';

let fixture: ModelFixture;
beforeAll(async () => {
  fixture = await createModelFixture();
});
afterAll(() => fixture.end());

/** Asks and reads the whole answer through a socket. */
async function readAnswer() {
  const asked = await ask(fixture.member, 'A question');
  const reader = new Reader(fixture.member, asked);
  await reader.connect();
  const message = await reader.ended();
  reader.cut();
  return { ...asked, reader, message };
}

const seeds = [1, 2, 3, 4, 5];

function testExactText({ name, chunks, content, reasoning }: RecordedStream) {
  test.each(seeds)(`readers receive ${name} exactly (seed %i)`, async (seed) => {
    fixture.server.reply = { chunks, seed };
    const { chatId, message, reader } = await readAnswer();
    expect(message.content).toBe(content);
    expect(message.reasoning ?? '').toBe(reasoning);
    expect(reader.text).toEqual({ content, reasoning });
    expect(message.status).toBe(content ? 'complete' : 'failed');
    const stored = (await openChat(fixture.member, chatId)).messages.at(-1);
    expect(stored).toEqual(message);
    expect(stored?.reasoningMs === null).toBe(reasoning === '');
  });
}

describe('streams of every kind', () => {
  ownStreams.forEach(testExactText);
});

if (recordedStreams.length > 0) {
  describe('streams recorded from real servers', () => {
    recordedStreams.forEach(testExactText);
  });
} else {
  test.skip(`readers receive recorded streams exactly (${missingDataHint})`, () => undefined);
}

test('text inside <think> tags is reasoning', async () => {
  const text = '<think>Let me see. 1 < 2.</think>\n\nOne is less.';
  for (const seed of seeds) {
    fixture.server.reply = { chunks: chunksOf(text), seed };
    const { message } = await readAnswer();
    expect(message).toMatchObject({
      content: 'One is less.',
      reasoning: 'Let me see. 1 < 2.',
      reasoningMs: expect.any(Number),
      status: 'complete',
    });
  }
});

test('characters that a database refuses are removed', async () => {
  fixture.server.reply = { chunks: chunksOf('a\0b \ud83d c') };
  const { message } = await readAnswer();
  expect(message.content).toBe('ab \ufffd c');
});

test('the model receives the branch, the system prompt and the settings of the chat', async () => {
  fixture.server.reply = { chunks: chunksOf('Fine.') };
  const settings = { systemPrompt: 'Be kind.', temperature: 0.5, topP: 0.9, maxTokens: 99 };
  const chat = await newChat(fixture.member, { settings });
  for (const content of ['First', 'Second']) {
    const asked = await ask(fixture.member, content, chat.id);
    const reader = new Reader(fixture.member, asked);
    if ((await reader.connect()) === 'streaming') await reader.ended();
    reader.cut();
  }
  const request = fixture.server.requests.findLast(({ body }) => body.stream);
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
