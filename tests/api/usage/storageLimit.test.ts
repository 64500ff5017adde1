import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OwnUsage } from '#shared/usage';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import { openWebuiChat, openWebuiHistory, openWebuiMessage } from '../../support/imports/conversations.ts';
import {
  ask,
  createModelFixture,
  endedAnswer,
  newChat,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person } from '../../support/person.ts';

const megabyte = 1_000_000;

describe('with a storage limit of one megabyte per person', () => {
  let fixture: ModelFixture;
  let app: TestApp;
  let conversations: Conversations;
  let ann: Person;
  let names = 0;
  beforeAll(async () => {
    fixture = await createModelFixture({ env: { STORAGE_LIMIT_MB: '1', DEFAULT_USER_ROLE: 'user' } });
    app = fixture.app;
    conversations = new Conversations(app.platform);
  });
  afterAll(() => fixture.end());
  beforeEach(async () => {
    ann = await app.person(`Ann${++names}`);
  });

  /** Stores a chat that leaves the person this many bytes, or about so. */
  const fillUp = (left: number, owner = ann) =>
    conversations.create(owner.user.id, {
      title: 'Full',
      turns: [{ content: 'x'.repeat(megabyte - left) }, { content: 'An answer', status: 'stopped' }],
    });
  const storageOf = async (person: Person) =>
    ((await person.get('/me/usage').expect(200)).body as OwnUsage).storage;
  const importing = (chats: unknown[]) =>
    ann.agent.post('/api/v1/imports').set('content-type', 'application/json').send(JSON.stringify(chats));
  const bigChat = (characters: number) =>
    openWebuiChat({}, openWebuiHistory([openWebuiMessage('q', null, { content: 'y'.repeat(characters) })]));

  test('a question, another answer, a continued answer and a new chat are refused when it is full', async () => {
    const chatId = await fillUp(0);
    const { messages } = await openChat(ann, chatId);
    const answer = messages.at(-1)!;
    for (const [path, body] of [
      ['/chats', {}],
      [`/chats/${chatId}/messages`, { content: 'More' }],
      [`/chats/${chatId}/messages/${answer.id}/regenerate`, {}],
      [`/chats/${chatId}/messages/${answer.id}/continue`, {}],
    ] as const) {
      const { body: response } = await ann.post(path, body).expect(422);
      expect(response.error.code).toBe('storage_full');
      expect(response.error.message).toBe(
        'Your storage is full: you use 1 of 1 MB. Delete chats you no longer need, or ask an admin for more.',
      );
    }
    expect((await openChat(ann, chatId)).messages).toEqual(messages);
  });

  test('a question that does not fit is refused, and a short one is answered', async () => {
    fixture.server.reply = { chunks: chunksOf('Yes.') };
    const chatId = await fillUp(50_000);
    const long = await ann.post(`/chats/${chatId}/messages`, { content: 'x'.repeat(60_000) }).expect(422);
    expect(long.body.error.message).toMatch(/^This does not fit into your storage: you use 1 of 1 MB\./);
    await ann.post(`/chats/${chatId}/messages`, { content: 'Short' }).expect(201);
  });

  test('a link is refused when its snapshot does not fit', async () => {
    const chatId = await conversations.create(ann.user.id);
    await fillUp(800);
    const { body } = await ann.put(`/chats/${chatId}/share`, {}).expect(422);
    expect(body.error.code).toBe('storage_full');
  });

  test('continuing the chat of a link is refused when its copy does not fit', async () => {
    const turns = [{ content: 'x'.repeat(100_000) }, { content: 'Yes.' }];
    const chatId = await conversations.create(ann.user.id, { turns });
    const { id } = (await ann.put(`/chats/${chatId}/share`, {}).expect(201)).body as { id: string };
    const bob = await app.person(`Bob${names}`);
    await fillUp(50_000, bob);
    expect((await bob.post(`/shared/${id}/continue`).expect(422)).body.error.code).toBe('storage_full');
    const empty = await app.person(`Cem${names}`);
    await empty.post(`/shared/${id}/continue`).expect(201);
  });

  test('a message can be made shorter when the storage is full, but not longer', async () => {
    const chatId = await fillUp(0);
    const { messages } = await openChat(ann, chatId);
    const path = `/chats/${chatId}/messages/${messages.at(-1)!.id}`;
    await ann.patch(path, { content: 'An answer that is longer' }).expect(422);
    await ann.patch(path, { content: 'Short' }).expect(200);
  });

  test('deleting a chat makes room', async () => {
    const chatId = await fillUp(0);
    await ann.post('/chats', {}).expect(422);
    await ann.delete(`/chats/${chatId}`).expect(204);
    await ann.post('/chats', {}).expect(201);
  });

  test('an answer that is being written ends as usual', async () => {
    fixture.server.reply = { chunks: chunksOf('One, two.'), pauseAfter: 2 };
    const tab = await ann.connect();
    const { id: chatId } = await newChat(ann);
    await tab.request('chat:watch', { chatId });
    const asked = await ask(ann, 'Count', chatId);
    await tab.waitFor('message:delta');
    await fillUp(0);
    fixture.server.release();
    const answer = await endedAnswer(ann, tab, asked);
    expect([answer.status, answer.content]).toEqual(['complete', 'One, two.']);
    tab.close();
  });

  test('an import ends at the first chat that does not fit, and says so', async () => {
    const { body } = await importing([bigChat(400_000), bigChat(400_000), bigChat(400_000)]).expect(200);
    expect(body.imported).toBe(2);
    expect(body.failed).toHaveLength(1);
    expect(body.failed[0].reason).toMatch(/^This does not fit into your storage.* Everything before/);
    const storage = (await storageOf(ann))!;
    expect(storage.limitBytes).toBe(megabyte);
    expect(storage.bytes).toBeGreaterThan(800_000);
    expect(storage.bytes).toBeLessThan(810_000);
  });

  test('an import is refused when none of its chats fit', async () => {
    await fillUp(0);
    const { body } = await importing([bigChat(10)]).expect(422);
    expect(body.error.code).toBe('storage_full');
  });

  test('a file that was imported before can be imported again when the storage is full', async () => {
    const chats = [bigChat(400_000), bigChat(400_000)];
    await importing(chats).expect(200);
    await fillUp(0);
    expect((await importing(chats).expect(200)).body).toMatchObject({ imported: 0, skipped: 2 });
  });
});

describe('without a storage limit', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
    await app.person('Admin');
  });
  afterAll(() => app.end());

  test('people see none, and nothing is refused', async () => {
    const ann = await app.person('Ann');
    await new Conversations(app.platform).create(ann.user.id, { turns: [{ content: 'x'.repeat(megabyte) }] });
    expect((await ann.get('/me/usage').expect(200)).body).toEqual({ storage: null });
    await ann.post('/chats', {}).expect(201);
  });
});

describe('with a storage limit for the instance', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { INSTANCE_STORAGE_LIMIT_MB: '1', DEFAULT_USER_ROLE: 'user' } });
  });
  afterAll(() => app.end());

  test('nobody can add more once all together have reached it, until something is deleted', async () => {
    const [admin, ann] = [await app.person('Admin'), await app.person('Ann')];
    const turns = [{ content: 'x'.repeat(megabyte) }];
    const chatId = await new Conversations(app.platform).create(ann.user.id, { turns });
    const createdUntil = async (status: number) => {
      for (;;) {
        app.advance(61_000);
        const response = await admin.post('/chats', {});
        if (response.status === status) return response.body;
      }
    };
    expect((await createdUntil(422)).error.code).toBe('instance_storage_full');
    await ann.delete(`/chats/${chatId}`).expect(204);
    await createdUntil(201);
  });
});
