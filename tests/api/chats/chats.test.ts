import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Chat, ChatWithBranch } from '#shared/chats';
import type { Message } from '#shared/messages';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person, TestSocket } from '../../support/person.ts';

describe('chats', () => {
  let app: TestApp;
  let ann: Person;
  let socket: TestSocket;
  beforeAll(async () => {
    app = await createTestApp({
      env: { DEFAULT_USER_ROLE: 'user' },
      modelTuning: { demoTokensPerSecond: 5_000 },
    });
    ann = await app.person('Ann');
    socket = await ann.connect();
  });
  afterAll(async () => {
    socket.close();
    await app.end();
  });

  const newChat = async () => (await ann.post('/chats', {}).expect(201)).body as Chat;
  const openChat = async (id: string) => (await ann.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;
  const whenEnded = (id: string) =>
    socket.waitFor('message:updated', ({ message }) => message.id === id && message.status !== 'streaming');
  /** Asks and waits until the answer has ended. */
  const ask = async (chatId: string, body: object) => {
    await socket.request('chat:watch', { chatId });
    const sent = await ann.post(`/chats/${chatId}/messages`, body).expect(201);
    const { question, answer } = sent.body as { question: Message; answer: Message };
    return { question, answer: (await whenEnded(answer.id)).message };
  };

  test('a new chat is empty and gets its title from the first question', async () => {
    const chat = await newChat();
    expect(chat).toMatchObject({
      title: 'New chat',
      pinned: false,
      archived: false,
      shared: false,
      activeMessageId: null,
    });
    await ask(chat.id, { content: '# How do *magnets* work?\nIn detail, please.' });
    expect((await openChat(chat.id)).title).toBe('How do magnets work?');
    const found = await ann.get('/chats?query=agnets wor').expect(200);
    expect((found.body as { items: Chat[] }).items.map(({ id }) => id)).toEqual([chat.id]);
  });

  test('a title given by a person is kept', async () => {
    const chat = await newChat();
    await ann.patch(`/chats/${chat.id}`, { title: 'My own title' }).expect(200);
    await ask(chat.id, { content: 'Something else' });
    expect((await openChat(chat.id)).title).toBe('My own title');
  });

  test('an edited question and a regenerated answer are siblings of the old ones', async () => {
    const chat = await newChat();
    const first = await ask(chat.id, { content: 'First question' });
    const edited = await ask(chat.id, { content: 'First question, better', parentId: null });
    let chatNow = await openChat(chat.id);
    expect(chatNow.messages.map((message) => message.id)).toEqual([edited.question.id, edited.answer.id]);
    expect(chatNow.messages[0]!.siblings).toEqual([first.question.id, edited.question.id]);

    const again = await ann.post(`/chats/${chat.id}/messages/${edited.answer.id}/regenerate`, {}).expect(201);
    const regenerated = (again.body as { answer: Message }).answer;
    await whenEnded(regenerated.id);
    chatNow = await openChat(chat.id);
    expect(chatNow.messages[1]!.siblings).toEqual([edited.answer.id, regenerated.id]);
    expect(chatNow.activeMessageId).toBe(regenerated.id);

    await ann.patch(`/chats/${chat.id}`, { activeMessageId: first.question.id }).expect(200);
    chatNow = await openChat(chat.id);
    expect(chatNow.messages.map((message) => message.id)).toEqual([first.question.id, first.answer.id]);
  });

  test('a question continues the active branch, one answer at a time', async () => {
    const slow = await createTestApp({ modelTuning: { demoTokensPerSecond: 20 } });
    const bob = await slow.person('Bob');
    const { id } = (await bob.post('/chats', {}).expect(201)).body as Chat;
    const sent = await bob.post(`/chats/${id}/messages`, { content: 'One' }).expect(201);
    const second = await bob.post(`/chats/${id}/messages`, { content: 'Two' }).expect(409);
    expect(second.body).toMatchObject({ error: { code: 'streaming' } });
    await bob.post(`/chats/${id}/stop`).expect(202);
    const { answer } = sent.body as { answer: Message };
    const next = await bob.post(`/chats/${id}/messages`, { content: 'Two' }).expect(201);
    expect((next.body as { question: Message }).question.parentId).toBe(answer.id);
    await slow.end();
  });

  test('a retried question is asked once', async () => {
    const chat = await newChat();
    const body = { content: 'Sent twice', idempotencyKey: 'key-1' };
    const responses = await Promise.all([1, 2, 3].map(() => ann.post(`/chats/${chat.id}/messages`, body)));
    expect(responses.map((response) => response.status)).toEqual([201, 201, 201]);
    const questions = new Set(
      responses.map((response) => (response.body as { question: Message }).question.id),
    );
    expect(questions.size).toBe(1);
    await ann.post(`/chats/${chat.id}/stop`).expect(202);
    expect((await openChat(chat.id)).messages).toHaveLength(2);
    const created = await Promise.all(
      [1, 2].map(() => ann.post('/chats', { idempotencyKey: 'chat-1' }).expect(201)),
    );
    expect((created[0]!.body as Chat).id).toBe((created[1]!.body as Chat).id);
  });

  test('an answer edited by a person is marked as edited', async () => {
    const chat = await newChat();
    const { question, answer } = await ask(chat.id, { content: 'Original' });
    const edited = await ann
      .patch(`/chats/${chat.id}/messages/${answer.id}`, { content: 'Mine' })
      .expect(200);
    expect(edited.body).toMatchObject({ content: 'Mine', edited: true });
    const own = await ann
      .patch(`/chats/${chat.id}/messages/${question.id}`, { content: 'Better' })
      .expect(200);
    expect(own.body).toMatchObject({ content: 'Better', edited: false });
  });

  test('deleting a message deletes everything below it', async () => {
    const chat = await newChat();
    const first = await ask(chat.id, { content: 'One' });
    const second = await ask(chat.id, { content: 'Two' });
    const response = await ann.delete(`/chats/${chat.id}/messages/${second.question.id}`).expect(200);
    expect(response.body).toEqual({ deleted: 2, activeMessageId: first.answer.id });
    expect((await openChat(chat.id)).messages).toHaveLength(2);
    await ann.delete(`/chats/${chat.id}/messages/${first.question.id}`).expect(200);
    expect(await openChat(chat.id)).toMatchObject({ messages: [], activeMessageId: null });
  });

  test('a long branch is paged upwards without a gap', async () => {
    const chat = await newChat();
    const { messages } = app.platform.store.t;
    const rows = Array.from({ length: 130 }, (_, i) => ({
      id: `p${i}`,
      chatId: chat.id,
      parentId: i === 0 ? null : `p${i - 1}`,
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `m${i}`,
      status: 'complete' as const,
      createdAt: 1,
    }));
    await app.platform.store.db.insert(messages).values(rows);
    await ann.patch(`/chats/${chat.id}`, { activeMessageId: 'p0' }).expect(200);
    const opened = await openChat(chat.id);
    const contents = opened.messages.map((message) => message.content);
    let { nextBefore } = opened;
    while (nextBefore) {
      const page = await ann.get(`/chats/${chat.id}/messages?before=${nextBefore}&limit=40`).expect(200);
      const branch = page.body as { messages: Message[]; nextBefore: string | null };
      contents.unshift(...branch.messages.map((message) => message.content));
      nextBefore = branch.nextBefore;
    }
    expect(contents).toEqual(rows.map((row) => row.content));
  });

  test('creating, renaming and deleting a chat reach every tab', async () => {
    const chat = await newChat();
    await socket.waitFor('chat:updated', (payload) => payload.chat.id === chat.id);
    await ann.patch(`/chats/${chat.id}`, { title: 'Renamed', pinned: true }).expect(200);
    await socket.waitFor(
      'chat:updated',
      (payload) => payload.chat.title === 'Renamed' && payload.chat.pinned,
    );
    await ann.delete(`/chats/${chat.id}`).expect(204);
    await socket.waitFor('chat:deleted', (payload) => payload.chatId === chat.id);
    await ann.get(`/chats/${chat.id}`).expect(404);
  });

  test('exported chats are downloaded, never displayed', async () => {
    const chat = await newChat();
    await ask(chat.id, { content: '<script>alert(1)</script>' });
    await ann.patch(`/chats/${chat.id}`, { title: 'A/b "c"\\..: Ü' }).expect(200);
    for (const format of ['json', 'md', 'txt']) {
      const file = await ann.get(`/chats/${chat.id}/export?format=${format}`).expect(200);
      expect(file.headers['content-disposition']).toMatch(/^attachment; filename="A b c/);
      expect(file.headers['x-content-type-options']).toBe('nosniff');
    }
    const json = await ann.get(`/chats/${chat.id}/export`).expect(200);
    const [exported] = json.body as [{ chat: { history: { messages: Record<string, object> } } }];
    expect(Object.keys(exported.chat.history.messages)).toHaveLength(2);
    const all = await ann.get('/exports/chats').expect(200);
    expect((all.body as { id: string }[]).map((each) => each.id)).toContain(chat.id);
  });
});
