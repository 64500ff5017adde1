import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CommunityPayload } from '#shared/community';
import type { TestApp } from '../../support/app.ts';
import type { Conversations } from '../../support/conversation.ts';
import { textOf, type Person } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

describe('handing a chat off to a community site', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  let auditEntries: SharingFixture['auditEntries'];
  beforeAll(async () => {
    ({ app, admin, ann, bob, conversations, auditEntries } = await createSharingFixture());
  });
  afterAll(() => app.end());

  const setCommunitySharing = (communitySharing: boolean) =>
    admin.patch('/admin/settings', { communitySharing }).expect(200);
  const handOff = async (chatId: string) =>
    CommunityPayload.strict().parse((await ann.post(`/chats/${chatId}/community`).expect(200)).body);
  const handOffEntries = async (chatId: string) =>
    (await auditEntries(chatId)).filter(({ action }) => action === 'chat.handed_to_community');

  test('the hand-off is refused to everyone, admins included, while community sharing is off', async () => {
    for (const person of [ann, admin]) {
      const own = await conversations.create(person.user.id);
      const refused = await person.post(`/chats/${own}/community`);
      expect([refused.status, refused.body.error.code]).toEqual([403, 'community_sharing_off']);
      const missing = await person.post('/chats/nothing/community');
      expect(textOf(missing)).toBe(textOf(refused));
      expect(await handOffEntries(own)).toEqual([]);
    }
  });

  describe('while community sharing is on', () => {
    beforeAll(() => setCommunitySharing(true));
    afterAll(() => setCommunitySharing(false));

    test('strangers get 401, and others the same 404 as for a missing chat', async () => {
      const chatId = await conversations.create(ann.user.id);
      expect((await app.stranger().post(`/chats/${chatId}/community`)).status).toBe(401);
      const missing = await bob.post('/chats/nothing/community').expect(404);
      for (const other of [bob, admin]) {
        const response = await other.post(`/chats/${chatId}/community`).expect(404);
        expect(textOf(response)).toBe(textOf(missing));
      }
      expect(await handOffEntries(chatId)).toEqual([]);
    });

    test('the hand-off is refused for an empty chat and while an answer streams', async () => {
      const empty = await conversations.create(ann.user.id, { turns: [] });
      expect((await ann.post(`/chats/${empty}/community`).expect(422)).body.error.code).toBe(
        'nothing_to_share',
      );
      const streaming = await conversations.create(ann.user.id, { turns: [{}, { status: 'streaming' }] });
      expect((await ann.post(`/chats/${streaming}/community`).expect(409)).body.error.code).toBe('streaming');
    });

    test('the payload contains the whole tree and the active branch in Open WebUI’s format', async () => {
      const chatId = await conversations.create(ann.user.id, { title: 'A tree' });
      const [question, answer] = (await conversations.messages.pageOfChat(chatId, 0, 9)).map(({ id }) => id);
      await conversations.chats.incrementVersion(chatId, { activeMessageId: question });
      const [second] = await conversations.addMessages(chatId, { content: 'Another answer', model: 'other' });
      const { chat, models } = await handOff(chatId);
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
      const [entry] = await handOffEntries(chatId);
      expect(entry).toMatchObject({ actorId: ann.user.id, targetType: 'chat', details: { messages: 3 } });
    });

    test('the payload contains no system prompt, parameters, reasoning, errors or people', async () => {
      const chatId = await conversations.create(ann.user.id, {
        turns: [{}, { reasoning: 'THOUGHTS' }, {}, { status: 'failed', content: '', error: 'WENT WRONG' }],
      });
      const settings = { systemPrompt: 'SECRET', temperature: 0.321 };
      await ann.patch(`/chats/${chatId}`, { settings }).expect(200);
      const text = JSON.stringify(await handOff(chatId));
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

    test('the payload contains the display names of models', async () => {
      const { body } = await ann.get('/models').expect(200);
      const [model] = body.items;
      const chatId = await conversations.create(ann.user.id, { turns: [{}, { model: model.id }] });
      expect((await handOff(chatId)).models).toEqual([{ id: model.id, name: model.name }]);
    });

    test('the payload contains all 1,300 messages of a long chat', async () => {
      const turns = Array.from({ length: 1_300 }, () => ({}));
      const chatId = await conversations.create(ann.user.id, { turns });
      const { chat } = await handOff(chatId);
      expect(Object.keys(chat.history.messages)).toHaveLength(1_300);
      expect(chat.messages).toHaveLength(1_300);
    });
  });
});
