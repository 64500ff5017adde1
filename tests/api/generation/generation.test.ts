import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import type { Message } from '#shared/messages';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import {
  ask,
  createModelFixture,
  endedAnswer,
  newChat,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import { Conversations } from '../../support/conversation.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person, TestSocket } from '../../support/person.ts';
import { Reader } from '../../support/reader.ts';

const story = 'Once upon a time there was a server that answered in words.';
const storyChunks = () => chunksOf(story);

let fixture: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  fixture = await createModelFixture();
  ben = fixture.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await fixture.end();
});
beforeEach(() => {
  fixture.server.release();
  fixture.server.requests.length = 0;
  fixture.server.reply = { chunks: storyChunks() };
});

/** Starts an answer that pauses after its first words until `release()`. */
async function startPausedAnswer(words = 3, chatId?: string) {
  fixture.server.reply = { chunks: storyChunks(), pauseAfter: words + 1 };
  const id = chatId ?? (await newChat(ben)).id;
  await tab.request('chat:watch', { chatId: id });
  const asked = await ask(ben, 'Tell me a story', id);
  const receivedLength = story.split(' ').slice(0, words).join(' ').length;
  await tab.waitFor(
    'message:delta',
    ({ messageId, offset, text }) => messageId === asked.messageId && offset + text.length === receivedLength,
  );
  return asked;
}
const stop = (chatId: string) => ben.post(`/chats/${chatId}/stop`);
const continueAnswer = (chatId: string, messageId: string) =>
  ben.post(`/chats/${chatId}/messages/${messageId}/continue`);

describe('refusals', () => {
  test('only the owner can ask, regenerate, continue and stop', async () => {
    const { chatId, messageId } = await startPausedAnswer();
    const path = `/chats/${chatId}`;
    const pending = await fixture.app.person('Pat', 'pending');
    for (const [person, status] of [
      [fixture.app.stranger(), 401],
      [pending, 403],
      [fixture.admin, 404],
    ] as const) {
      await person.post(`${path}/stop`).expect(status);
      await person.post(`${path}/messages`, { content: 'Hi' }).expect(status);
      await person.post(`${path}/messages/${messageId}/regenerate`).expect(status);
      await person.post(`${path}/messages/${messageId}/continue`).expect(status);
    }
    expect((await openChat(ben, chatId)).messages.at(-1)?.status).toBe('streaming');
    await stop(chatId).expect(202);
  });

  test('a second answer is refused while one is streaming, and continuing a complete answer always', async () => {
    const { chatId, messageId } = await startPausedAnswer();
    for (const request of [
      ben.post(`/chats/${chatId}/messages`, { content: 'And?' }),
      ben.post(`/chats/${chatId}/messages/${messageId}/regenerate`),
    ]) {
      expect((await request.expect(409)).body.error.code).toBe('streaming');
    }
    await continueAnswer(chatId, messageId).expect(422);
    fixture.server.release();
    expect((await endedAnswer(ben, tab, { chatId, messageId })).status).toBe('complete');
    await continueAnswer(chatId, messageId).expect(422);
  });

  test('more streaming answers than one person may have are refused', async () => {
    const person = await fixture.app.person('Cleo');
    fixture.server.reply = { hang: true };
    const chats: string[] = [];
    for (let i = 0; i < limits.streamsPerUser; i++) chats.push((await ask(person, 'Hi')).chatId);
    const next = await newChat(person);
    const refusal = await person.post(`/chats/${next.id}/messages`, { content: 'One more' }).expect(422);
    expect(refusal.body.error).toMatchObject({
      code: 'too_many_streams',
      message: expect.stringContaining(String(limits.streamsPerUser)),
    });
    expect((await openChat(person, next.id)).messages).toEqual([]);
    await person.post(`/chats/${chats[0]}/stop`).expect(202);
    await person.post(`/chats/${next.id}/messages`, { content: 'One more' }).expect(201);
    for (const id of [...chats, next.id]) await person.post(`/chats/${id}/stop`).expect(202);
  });
});

describe('stopping', () => {
  test('stopping keeps the text, and reaches the model server and every tab', async () => {
    const { chatId, messageId } = await startPausedAnswer(5);
    await stop(chatId).expect(202);
    const [, answer] = (await openChat(ben, chatId)).messages;
    expect(answer).toMatchObject({ status: 'stopped', content: 'Once upon a time there', error: null });
    expect(await endedAnswer(ben, tab, { chatId, messageId })).toEqual(answer);
    await fixture.server.waitUntil(() => fixture.server.requests.some(({ aborted }) => aborted));
  });

  test('stopping works before the first token', async () => {
    fixture.server.reply = { hang: true };
    const asked = await ask(ben, 'Hello?');
    await fixture.server.waitUntil(() => fixture.server.requests.length > 0);
    await stop(asked.chatId).expect(202);
    expect(await endedAnswer(ben, tab, asked)).toMatchObject({ status: 'stopped', content: '' });
  });

  test('stopping changes nothing when no answer is streaming', async () => {
    const asked = await ask(ben, 'Hi');
    const answer = await endedAnswer(ben, tab, asked);
    await stop(asked.chatId).expect(202);
    expect(await endedAnswer(ben, tab, asked)).toEqual(answer);
  });

  test('a stopped answer is continued in the same message', async () => {
    const { chatId, messageId } = await startPausedAnswer(5);
    await stop(chatId).expect(202);
    const before = (await openChat(ben, chatId)).version;
    fixture.server.reply = { chunks: chunksOf(' and so on.') };
    const { answer } = (await continueAnswer(chatId, messageId).expect(200)).body as { answer: Message };
    expect(answer).toMatchObject({ id: messageId, status: 'streaming', content: 'Once upon a time there' });
    const full = await tab.waitFor(
      'message:updated',
      ({ message }) => message.id === messageId && message.status === 'complete',
    );
    expect(full.message.content).toBe('Once upon a time there and so on.');
    expect(full.version).toBeGreaterThan(before);
    expect(fixture.server.requests.at(-1)?.body.messages?.at(-1)).toEqual({
      role: 'assistant',
      content: 'Once upon a time there',
    });
  });
});

test('all tabs receive the same text, and an answer continues while a tab is closed', async () => {
  const asked = await startPausedAnswer(2);
  const readers = [new Reader(ben, asked), new Reader(ben, asked), new Reader(ben, asked)];
  for (const reader of readers) await reader.connect();
  readers[2]!.cut();
  fixture.server.release();
  const [first, second, third] = readers as [Reader, Reader, Reader];
  expect(await first.ended()).toEqual(await second.ended());
  await third.connect();
  for (const reader of [first, second, third]) {
    expect(reader.text.content).toBe(story);
    reader.cut();
  }
});

test('nobody else receives events of the answer', async () => {
  const other = await fixture.admin.connect();
  const asked = await startPausedAnswer();
  expect((await other.request('chat:watch', { chatId: asked.chatId })).ok).toBe(false);
  expect((await other.request('message:resume', { messageId: asked.messageId, offset: 0 })).ok).toBe(false);
  fixture.server.release();
  await endedAnswer(ben, tab, asked);
  // The reply comes after all earlier events of this socket.
  await other.request('chat:unwatch', { chatId: asked.chatId });
  const aboutTheInstance = ['config:changed', 'users:pending'];
  expect(other.received.filter(({ name }) => !aboutTheInstance.includes(name))).toEqual([]);
  other.close();
});

test('opening the chat shows the text received so far', async () => {
  const { chatId } = await startPausedAnswer(4);
  const [, answer] = (await openChat(ben, chatId)).messages;
  expect(answer).toMatchObject({ status: 'streaming', content: 'Once upon a time', error: null });
  await stop(chatId).expect(202);
});

test('deleting a chat aborts its answer and leaves nothing behind', async () => {
  const { chatId, messageId } = await startPausedAnswer();
  await ben.delete(`/chats/${chatId}`).expect(204);
  await tab.waitFor('chat:deleted', (event) => event.chatId === chatId);
  fixture.server.release();
  await fixture.server.waitUntil(() => fixture.server.requests.some(({ aborted }) => aborted));
  await ben.get(`/chats/${chatId}`).expect(404);
  const { store } = fixture.app.platform;
  const rows = await store.db.select().from(store.t.messages);
  expect(rows.filter((row) => row.chatId === chatId || row.id === messageId)).toEqual([]);
  const announced = tab.payloads('message:updated').filter(({ message }) => message.id === messageId);
  expect(announced.every(({ message }) => message.status === 'streaming')).toBe(true);
});

test('deactivating a person stops their answers', async () => {
  const person = await fixture.app.person('Dora');
  fixture.server.reply = { chunks: storyChunks(), pauseAfter: 3 };
  const { messageId } = await ask(person, 'Hi');
  await fixture.server.waitUntil(() => fixture.server.requests.some(({ body }) => body.stream === true));
  await fixture.admin.patch(`/admin/users/${person.user.id}`, { active: false }).expect(200);
  await fixture.server.waitUntil(() => fixture.server.requests.some(({ aborted }) => aborted));
  const messages = new MessageQueries(fixture.app.platform);
  const status = async () => (await messages.byId(messageId))?.status;
  while ((await status()) === 'streaming') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await status()).toBe('stopped');
});

test('a chat longer than any model reads is not sent, and its answer says why', async () => {
  const turns = Array.from({ length: 12 }, () => ({ content: 'x'.repeat(limits.answerContent) }));
  const chatId = await new Conversations(fixture.app.platform).create(ben.user.id, { turns });
  const answer = await endedAnswer(ben, tab, await ask(ben, 'Go on', chatId));
  expect(answer).toMatchObject({
    status: 'failed',
    error: 'This chat is too long for any model. Start a new chat.',
  });
  expect(fixture.server.requests).toEqual([]);
});
