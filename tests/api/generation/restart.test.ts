import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
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

const story = 'Once upon a time there was a server that was restarted.';

let world: ModelFixture;
let ben: Person;
let tab: TestSocket;
const others: TestApp[] = [];

beforeEach(async () => {
  world = await createModelFixture();
  ben = world.member;
  tab = await ben.connect();
});
afterEach(async () => {
  tab.close();
  for (const app of others.splice(0)) await app.close();
  await world.end();
});

/** An answer of which `Once upon a time` has come, and no more until `release()`. */
async function underWay() {
  world.server.reply = { chunks: chunksOf(story), pauseAfter: 5 };
  const chat = await newChat(ben);
  await tab.ask('chat:watch', { chatId: chat.id });
  const asked = await ask(ben, 'Tell me a story', chat.id);
  await tab.hears('message:delta', ({ offset, text }) => offset + text.length === 'Once upon a time'.length);
  return asked;
}

/** The same data under a new server, and Ben signed in there. */
async function another() {
  const app = await createTestApp({
    dataDir: world.app.dataDir,
    env: { OPENAI_API_BASE_URL: world.server.url },
  });
  others.push(app);
  const person = app.stranger();
  await person.signIn('ben@example.org');
  return person;
}

const interrupted = { status: 'interrupted', content: 'Once upon a time', error: null };

test('a server that is stopped keeps what came, marked as interrupted, and the next one can go on', async () => {
  const { chatId, messageId } = await underWay();
  const { version } = await openChat(ben, chatId);
  await world.app.close();
  await world.server.until(() => world.server.requests.some(({ aborted }) => aborted));

  const again = await another();
  const chat = await openChat(again, chatId);
  expect(chat.messages.at(-1)).toMatchObject(interrupted);
  expect(chat.version).toBeGreaterThan(version);

  world.server.reply = { chunks: chunksOf(' the rest.') };
  await again.post(`/chats/${chatId}/messages/${messageId}/continue`).expect(200);
  const socket = await again.connect();
  expect(await ended(again, socket, { chatId, messageId })).toMatchObject({
    status: 'complete',
    content: 'Once upon a time the rest.',
  });
  socket.close();
  await others.splice(0)[0]!.close();
  // The world's own app is closed already: what is left is its server and its folder.
  world.end = async () => {
    await world.server.close();
    rmSync(world.app.dataDir, { recursive: true, force: true });
  };
});

test('a server that died is followed by one that marks what was cut off', async () => {
  const { chatId } = await underWay();
  const { version } = await openChat(ben, chatId);
  const { store } = world.app.platform;
  const saved = async () => {
    const rows = await store.db.select().from(store.t.messages);
    return rows.find((row) => row.status === 'streaming')?.content;
  };
  // The text is saved now and then; wait for the first time.
  while (!(await saved())) await new Promise((resolve) => setTimeout(resolve, 20));

  // As after a crash, the first server never gets to say that it is ending.
  const again = await another();
  const chat = await openChat(again, chatId);
  expect(chat.messages.at(-1)).toMatchObject(interrupted);
  expect(chat.version).toBeGreaterThan(version);
  await world.app.features.generation.abandon(chatId);
});

describe('when the disk is full', () => {
  const full = () => Promise.reject(Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' }));

  /** Every write fails until the answer is called. */
  function fillDisk(): () => void {
    const { store, log } = world.app.platform;
    const tx = store.tx.bind(store);
    const level = log.level;
    log.level = 'silent';
    store.tx = full;
    return () => {
      store.tx = tx;
      log.level = level;
    };
  }

  test('the answer still streams to its end, and is stored as soon as there is room', async () => {
    const { chatId, messageId } = await underWay();
    const makeRoom = fillDisk();
    world.server.release();
    const { message } = await tab.hears(
      'message:updated',
      (event) => event.message.id === messageId && event.message.status === 'complete',
    );
    expect(message.content).toBe(story);
    // Not stored yet, but whoever opens the chat sees all of it.
    expect((await openChat(ben, chatId)).messages.at(-1)).toMatchObject({
      status: 'complete',
      content: story,
    });

    const before = (await openChat(ben, chatId)).version;
    makeRoom();
    await tab.hears('message:updated', (event) => event.message.id === messageId && event.version > before);
    await world.app.features.generation.drain();
    const { store } = world.app.platform;
    const rows = await store.db.select().from(store.t.messages);
    expect(rows.find((row) => row.id === messageId)).toMatchObject({ status: 'complete', content: story });
  });

  test('stopping says so, and the answer is stored later all the same', async () => {
    const { chatId, messageId } = await underWay();
    const makeRoom = fillDisk();
    const refusal = await ben.post(`/chats/${chatId}/stop`).expect(507);
    expect(refusal.body.error.code).toBe('out_of_space');
    const before = (await openChat(ben, chatId)).version;
    makeRoom();
    const stored = await tab.hears(
      'message:updated',
      (event) => event.message.id === messageId && event.version > before,
    );
    expect(stored.message).toMatchObject({ status: 'stopped', content: 'Once upon a time' });
  });
});
