import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import {
  ask,
  createModelFixture,
  endedAnswer,
  newChat,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person, TestSocket } from '../../support/person.ts';

const story = 'Once upon a time there was a server that was restarted.';

let fixture: ModelFixture;
let ben: Person;
let tab: TestSocket;
const others: TestApp[] = [];

beforeEach(async () => {
  fixture = await createModelFixture();
  ben = fixture.member;
  tab = await ben.connect();
});
afterEach(async () => {
  tab.close();
  for (const app of others.splice(0)) await app.close();
  await fixture.end();
});

/** Starts an answer that pauses after `Once upon a time` until `release()`. */
async function startPausedAnswer() {
  fixture.server.reply = { chunks: chunksOf(story), pauseAfter: 5 };
  const chat = await newChat(ben);
  await tab.request('chat:watch', { chatId: chat.id });
  const asked = await ask(ben, 'Tell me a story', chat.id);
  await tab.waitFor(
    'message:delta',
    ({ offset, text }) => offset + text.length === 'Once upon a time'.length,
  );
  return asked;
}

/** Starts another server on the same data and signs Ben in there. */
async function restart() {
  const app = await createTestApp({
    dataDir: fixture.app.dataDir,
    env: { OPENAI_API_BASE_URL: fixture.server.url },
  });
  others.push(app);
  const person = app.stranger();
  await person.signIn('ben@example.org');
  return person;
}

const interrupted = { status: 'interrupted', content: 'Once upon a time', error: null };

test('a server that stops keeps the text as interrupted, and the answer can be continued after a restart', async () => {
  const { chatId, messageId } = await startPausedAnswer();
  const { version } = await openChat(ben, chatId);
  await fixture.app.close();
  await fixture.server.waitUntil(() => fixture.server.requests.some(({ aborted }) => aborted));

  const again = await restart();
  const chat = await openChat(again, chatId);
  expect(chat.messages.at(-1)).toMatchObject(interrupted);
  expect(chat.version).toBeGreaterThan(version);

  fixture.server.reply = { chunks: chunksOf(' the rest.') };
  await again.post(`/chats/${chatId}/messages/${messageId}/continue`).expect(200);
  const socket = await again.connect();
  expect(await endedAnswer(again, socket, { chatId, messageId })).toMatchObject({
    status: 'complete',
    content: 'Once upon a time the rest.',
  });
  socket.close();
  await others.splice(0)[0]!.close();
  // The app of the fixture is closed already; its model server and its folder remain.
  fixture.end = async () => {
    await fixture.server.close();
    rmSync(fixture.app.dataDir, { recursive: true, force: true });
  };
});

test('a server that starts after a crash marks the answer as interrupted', async () => {
  const { chatId } = await startPausedAnswer();
  const { version } = await openChat(ben, chatId);
  const { store } = fixture.app.platform;
  const saved = async () => {
    const rows = await store.db.select().from(store.t.messages);
    return rows.find((row) => row.status === 'streaming')?.content;
  };
  // The text is saved at intervals: wait for the first save.
  while (!(await saved())) await new Promise((resolve) => setTimeout(resolve, 20));

  // Like after a crash, the first server does not shut down.
  const again = await restart();
  const chat = await openChat(again, chatId);
  expect(chat.messages.at(-1)).toMatchObject(interrupted);
  expect(chat.version).toBeGreaterThan(version);
  await fixture.app.features.generation.abandon(chatId);
});

describe('when the disk is full', () => {
  const full = () => Promise.reject(Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' }));

  /** Makes every write fail until the returned function is called. */
  function fillDisk(): () => void {
    const { store, log } = fixture.app.platform;
    const tx = store.tx.bind(store);
    const level = log.level;
    log.level = 'silent';
    store.tx = full;
    return () => {
      store.tx = tx;
      log.level = level;
    };
  }

  test('the answer streams to its end, and is stored as soon as there is space', async () => {
    const { chatId, messageId } = await startPausedAnswer();
    const freeDisk = fillDisk();
    fixture.server.release();
    const { message } = await tab.waitFor(
      'message:updated',
      (event) => event.message.id === messageId && event.message.status === 'complete',
    );
    expect(message.content).toBe(story);
    // It is not stored yet, but opening the chat shows all of it.
    expect((await openChat(ben, chatId)).messages.at(-1)).toMatchObject({
      status: 'complete',
      content: story,
    });

    const before = (await openChat(ben, chatId)).version;
    freeDisk();
    await tab.waitFor('message:updated', (event) => event.message.id === messageId && event.version > before);
    await fixture.app.features.generation.drain();
    const { store } = fixture.app.platform;
    const rows = await store.db.select().from(store.t.messages);
    expect(rows.find((row) => row.id === messageId)).toMatchObject({ status: 'complete', content: story });
  });

  test('stopping reports the full disk, and the answer is stored later', async () => {
    const { chatId, messageId } = await startPausedAnswer();
    const freeDisk = fillDisk();
    const refusal = await ben.post(`/chats/${chatId}/stop`).expect(507);
    expect(refusal.body.error.code).toBe('out_of_space');
    const before = (await openChat(ben, chatId)).version;
    freeDisk();
    const stored = await tab.waitFor(
      'message:updated',
      (event) => event.message.id === messageId && event.version > before,
    );
    expect(stored.message).toMatchObject({ status: 'stopped', content: 'Once upon a time' });
  });
});
