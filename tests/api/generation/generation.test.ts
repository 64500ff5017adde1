import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import type { Message } from '#shared/messages';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import {
  ask,
  createModelFixture,
  ended,
  newChat,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person, TestSocket } from '../../support/person.ts';
import { Reader } from '../../support/reader.ts';

const story = 'Once upon a time there was a server that answered in words.';
const answering = () => chunksOf(story);

let world: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  world = await createModelFixture();
  ben = world.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await world.end();
});
beforeEach(() => {
  world.server.release();
  world.server.requests.length = 0;
  world.server.reply = { chunks: answering() };
});

/** An answer of which the first words have come, and no more until `release()`. */
async function underWay(words = 3, chatId?: string) {
  world.server.reply = { chunks: answering(), pauseAfter: words + 1 };
  const id = chatId ?? (await newChat(ben)).id;
  await tab.ask('chat:watch', { chatId: id });
  const asked = await ask(ben, 'Tell me a story', id);
  const came = story.split(' ').slice(0, words).join(' ').length;
  await tab.hears(
    'message:delta',
    ({ messageId, offset, text }) => messageId === asked.messageId && offset + text.length === came,
  );
  return asked;
}
const stop = (chatId: string) => ben.post(`/chats/${chatId}/stop`);
const carryOn = (chatId: string, messageId: string) =>
  ben.post(`/chats/${chatId}/messages/${messageId}/continue`);

describe('refuses', () => {
  test('strangers, people who wait, and everyone whose chat it is not', async () => {
    const { chatId, messageId } = await underWay();
    const path = `/chats/${chatId}`;
    const waiting = await world.app.person('Pat', 'pending');
    for (const [who, status] of [
      [world.app.stranger(), 401],
      [waiting, 403],
      [world.admin, 404],
    ] as const) {
      await who.post(`${path}/stop`).expect(status);
      await who.post(`${path}/messages`, { content: 'Hi' }).expect(status);
      await who.post(`${path}/messages/${messageId}/regenerate`).expect(status);
      await who.post(`${path}/messages/${messageId}/continue`).expect(status);
    }
    expect((await openChat(ben, chatId)).messages.at(-1)?.status).toBe('streaming');
    await stop(chatId).expect(202);
  });

  test('a second answer while one is being written, and to continue what is complete', async () => {
    const { chatId, messageId } = await underWay();
    for (const request of [
      ben.post(`/chats/${chatId}/messages`, { content: 'And?' }),
      ben.post(`/chats/${chatId}/messages/${messageId}/regenerate`),
    ]) {
      expect((await request.expect(409)).body.error.code).toBe('streaming');
    }
    await carryOn(chatId, messageId).expect(422);
    world.server.release();
    expect((await ended(ben, tab, { chatId, messageId })).status).toBe('complete');
    await carryOn(chatId, messageId).expect(422);
  });

  test('more answers at once than one person may have', async () => {
    const person = await world.app.person('Cleo');
    world.server.reply = { hang: true };
    const chats: string[] = [];
    for (let i = 0; i < limits.streamsPerUser; i++) chats.push((await ask(person, 'Hi')).chatId);
    const one = await newChat(person);
    const refusal = await person.post(`/chats/${one.id}/messages`, { content: 'One more' }).expect(422);
    expect(refusal.body.error).toEqual({
      code: 'too_many_streams',
      message: expect.stringContaining(String(limits.streamsPerUser)),
    });
    expect((await openChat(person, one.id)).messages).toEqual([]);
    await person.post(`/chats/${chats[0]}/stop`).expect(202);
    await person.post(`/chats/${one.id}/messages`, { content: 'One more' }).expect(201);
    for (const id of [...chats, one.id]) await person.post(`/chats/${id}/stop`).expect(202);
  });
});

describe('stop', () => {
  test('keeps what came, tells the model server, and every tab', async () => {
    const { chatId, messageId } = await underWay(5);
    await stop(chatId).expect(202);
    const [, answer] = (await openChat(ben, chatId)).messages;
    expect(answer).toMatchObject({ status: 'stopped', content: 'Once upon a time there', error: null });
    expect(await ended(ben, tab, { chatId, messageId })).toEqual(answer);
    await world.server.until(() => world.server.requests.some(({ aborted }) => aborted));
  });

  test('works before the first word', async () => {
    world.server.reply = { hang: true };
    const asked = await ask(ben, 'Hello?');
    await world.server.until(() => world.server.requests.length > 0);
    await stop(asked.chatId).expect(202);
    expect(await ended(ben, tab, asked)).toMatchObject({ status: 'stopped', content: '' });
  });

  test('is harmless where nothing is being written', async () => {
    const asked = await ask(ben, 'Hi');
    const answer = await ended(ben, tab, asked);
    await stop(asked.chatId).expect(202);
    expect(await ended(ben, tab, asked)).toEqual(answer);
  });

  test('what was stopped is carried on in the same message', async () => {
    const { chatId, messageId } = await underWay(5);
    await stop(chatId).expect(202);
    const before = (await openChat(ben, chatId)).version;
    world.server.reply = { chunks: chunksOf(' and so on.') };
    const { answer } = (await carryOn(chatId, messageId).expect(200)).body as { answer: Message };
    expect(answer).toMatchObject({ id: messageId, status: 'streaming', content: 'Once upon a time there' });
    const full = await tab.hears(
      'message:updated',
      ({ message }) => message.id === messageId && message.status === 'complete',
    );
    expect(full.message.content).toBe('Once upon a time there and so on.');
    expect(full.version).toBeGreaterThan(before);
    expect(world.server.requests.at(-1)?.body.messages?.at(-1)).toEqual({
      role: 'assistant',
      content: 'Once upon a time there',
    });
  });
});

test('two tabs get the same text, and an answer goes on when all tabs are closed', async () => {
  const asked = await underWay(2);
  const readers = [new Reader(ben, asked), new Reader(ben, asked), new Reader(ben, asked)];
  for (const reader of readers) await reader.connect();
  readers[2]!.cut();
  world.server.release();
  const [first, second, third] = readers as [Reader, Reader, Reader];
  expect(await first.ended()).toEqual(await second.ended());
  await third.connect();
  for (const reader of [first, second, third]) {
    expect(reader.text.content).toBe(story);
    reader.cut();
  }
});

test('nobody else hears what is written', async () => {
  const stranger = await world.admin.connect();
  const asked = await underWay();
  expect((await stranger.ask('chat:watch', { chatId: asked.chatId })).ok).toBe(false);
  expect((await stranger.ask('message:resume', { messageId: asked.messageId, offset: 0 })).ok).toBe(false);
  world.server.release();
  await ended(ben, tab, asked);
  expect(stranger.heard.filter(({ name }) => name !== 'config:changed')).toEqual([]);
  stranger.close();
});

test('opening the chat shows what has come so far', async () => {
  const { chatId } = await underWay(4);
  const [, answer] = (await openChat(ben, chatId)).messages;
  expect(answer).toMatchObject({ status: 'streaming', content: 'Once upon a time', error: null });
  await stop(chatId).expect(202);
});

test('deleting a chat while it is answered leaves nothing behind', async () => {
  const { chatId, messageId } = await underWay();
  await ben.delete(`/chats/${chatId}`).expect(204);
  await tab.hears('chat:deleted', (event) => event.chatId === chatId);
  world.server.release();
  await world.server.until(() => world.server.requests.some(({ aborted }) => aborted));
  await ben.get(`/chats/${chatId}`).expect(404);
  const { store } = world.app.platform;
  const rows = await store.db.select().from(store.t.messages);
  expect(rows.filter((row) => row.chatId === chatId || row.id === messageId)).toEqual([]);
  const afterwards = tab.all('message:updated').filter(({ message }) => message.id === messageId);
  expect(afterwards.every(({ message }) => message.status === 'streaming')).toBe(true);
});

test('a deactivated person’s answers end', async () => {
  const person = await world.app.person('Dora');
  world.server.reply = { chunks: answering(), pauseAfter: 3 };
  const { messageId } = await ask(person, 'Hi');
  await world.server.until(() => world.server.requests.some(({ body }) => body.stream === true));
  await world.admin.patch(`/admin/users/${person.user.id}`, { active: false }).expect(200);
  await world.server.until(() => world.server.requests.some(({ aborted }) => aborted));
  const messages = new MessageQueries(world.app.platform);
  const status = async () => (await messages.byId(messageId))?.status;
  while ((await status()) === 'streaming') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await status()).toBe('stopped');
});
