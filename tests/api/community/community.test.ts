import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { CommunityPayload } from '#shared/community';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

describe('handing a chat to the community', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    admin = await app.person('Admin');
    ann = await app.person('Ann');
    bob = await app.person('Bob');
    conversations = new Conversations(app.platform);
  });
  afterAll(() => app.end());

  const allow = (communitySharing: boolean) =>
    admin.patch('/admin/settings', { communitySharing }).expect(200);
  const handOver = async (chatId: string) =>
    CommunityPayload.strict().parse((await ann.post(`/chats/${chatId}/community`).expect(200)).body);
  const handedOver = async (chatId: string) => {
    const { store } = app.platform;
    const log = await store.db.select().from(store.t.auditLog).where(eq(store.t.auditLog.targetId, chatId));
    return log.filter(({ action }) => action === 'chat.handed_to_community');
  };

  test('is refused to everyone, admins included, while it is switched off', async () => {
    for (const who of [ann, admin]) {
      const own = await conversations.begin(who.user.id);
      const refused = await who.post(`/chats/${own}/community`);
      expect([refused.status, refused.body.error.code]).toEqual([403, 'community_sharing_off']);
      const missing = await who.post('/chats/nothing/community');
      expect(missing.text).toBe(refused.text);
      expect(await handedOver(own)).toEqual([]);
    }
  });

  describe('once an admin has switched it on', () => {
    beforeAll(() => allow(true));
    afterAll(() => allow(false));

    test('is refused to strangers, and for the chats of others as if they did not exist', async () => {
      const chatId = await conversations.begin(ann.user.id);
      expect((await app.stranger().post(`/chats/${chatId}/community`)).status).toBe(401);
      const missing = await bob.post('/chats/nothing/community').expect(404);
      for (const other of [bob, admin]) {
        const answer = await other.post(`/chats/${chatId}/community`).expect(404);
        expect(answer.text).toBe(missing.text);
      }
      expect(await handedOver(chatId)).toEqual([]);
    });

    test('is refused for an empty chat, and while an answer is being written', async () => {
      const empty = await conversations.begin(ann.user.id, { turns: [] });
      expect((await ann.post(`/chats/${empty}/community`).expect(422)).body.error.code).toBe(
        'nothing_to_share',
      );
      const moving = await conversations.begin(ann.user.id, { turns: [{}, { status: 'streaming' }] });
      expect((await ann.post(`/chats/${moving}/community`).expect(409)).body.error.code).toBe('streaming');
    });

    test('gives the whole tree in the shape of Open WebUI, its branches and the one being read', async () => {
      const chatId = await conversations.begin(ann.user.id, { title: 'A tree' });
      const [question, answer] = (await conversations.messages.pageOfChat(chatId, 0, 9)).map(({ id }) => id);
      await conversations.chats.incrementVersion(chatId, { activeMessageId: question });
      const [second] = await conversations.say(chatId, { content: 'Another answer', model: 'other' });
      const { chat, models } = await handOver(chatId);
      expect(chat.history.currentId).toBe(second);
      expect(Object.keys(chat.history.messages).sort()).toEqual([question, answer, second].sort());
      expect(chat.history.messages[question!]).toMatchObject({
        parentId: null,
        childrenIds: [answer, second],
      });
      expect(chat.history.messages[answer!]).toEqual({
        id: answer,
        parentId: question,
        childrenIds: [],
        role: 'assistant',
        content: 'By **magnetism**.',
        model: 'deep-thought',
        done: true,
        timestamp: expect.any(Number),
      });
      expect(chat.history.messages[answer!]!.timestamp).toBeLessThan(10_000_000_000);
      expect(chat.messages.map(({ id }) => id)).toEqual([question, second]);
      expect(chat).toMatchObject({
        title: 'A tree',
        params: {},
        tags: [],
        models: ['deep-thought', 'other'],
      });
      expect(models).toEqual([
        { id: 'deep-thought', name: 'deep-thought' },
        { id: 'other', name: 'other' },
      ]);
      const [entry] = await handedOver(chatId);
      expect(entry).toMatchObject({ actorId: ann.user.id, targetType: 'chat', details: { messages: 3 } });
    });

    test('leaves the system prompt, parameters, thoughts, errors and people at home', async () => {
      const chatId = await conversations.begin(ann.user.id, {
        turns: [{}, { reasoning: 'THOUGHTS' }, {}, { status: 'failed', content: '', error: 'WENT WRONG' }],
      });
      const settings = { systemPrompt: 'SECRET', temperature: 0.321 };
      await ann.patch(`/chats/${chatId}`, { settings }).expect(200);
      const text = JSON.stringify(await handOver(chatId));
      for (const secret of [
        'THOUGHTS',
        'WENT WRONG',
        'SECRET',
        '0.321',
        chatId,
        ann.user.id,
        ann.user.email,
      ]) {
        expect(text).not.toContain(secret);
      }
    });

    test('names models as people know them', async () => {
      const { body } = await ann.get('/models').expect(200);
      const [model] = body.items;
      const chatId = await conversations.begin(ann.user.id, { turns: [{}, { model: model.id }] });
      expect((await handOver(chatId)).models).toEqual([{ id: model.id, name: model.name }]);
    });

    test('gives all of 1,300 messages', async () => {
      const turns = Array.from({ length: 1_300 }, () => ({}));
      const chatId = await conversations.begin(ann.user.id, { turns });
      const { chat } = await handOver(chatId);
      expect(Object.keys(chat.history.messages)).toHaveLength(1_300);
      expect(chat.messages).toHaveLength(1_300);
    });
  });
});
