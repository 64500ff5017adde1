import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { Chat, ChatWithBranch } from '#shared/chats';
import { limits } from '#shared/limits';
import {
  SharedLink,
  type ShareState,
  type SharedChat,
  type Snapshot,
  type SnapshotMessage,
} from '#shared/sharing';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import { textOf, type Person } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

const textsOf = (snapshot: { messages: SnapshotMessage[] }) =>
  snapshot.messages.map(({ content }) => content);

describe('the link of a chat', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  let auditActions: SharingFixture['auditActions'];
  let auditEntries: SharingFixture['auditEntries'];
  beforeAll(async () => {
    ({ app, admin, ann, bob, conversations, auditActions, auditEntries } = await createSharingFixture());
  });
  afterAll(() => app.end());

  const createChat = (options?: Parameters<Conversations['create']>[1]) =>
    conversations.create(ann.user.id, options);
  const publish = async (chatId: string, body: object = {}) => {
    const response = await ann.put(`/chats/${chatId}/share`, body);
    if (response.status > 201) throw new Error(response.text);
    return { status: response.status, link: SharedLink.parse(response.body) };
  };
  const shareOf = async (chatId: string) =>
    (await ann.get(`/chats/${chatId}/share`).expect(200)).body as ShareState;
  const previewOf = async (chatId: string) =>
    (await ann.get(`/chats/${chatId}/share/preview`).expect(200)).body as Snapshot;
  const read = async (id: string, person = bob) =>
    (await person.get(`/shared/${id}`).expect(200)).body as SharedChat;

  describe('refusals', () => {
    const methods = [
      ['get', 'share'],
      ['get', 'share/preview'],
      ['put', 'share'],
      ['delete', 'share'],
    ] as const;

    test.each(methods)('strangers get 401: %s %s', async (method, path) => {
      const response = await app.stranger()[method](`/chats/${await createChat()}/${path}`);
      expect(response.status).toBe(401);
    });

    test.each(methods)(
      'other members and admins get the same 404 as for a missing chat: %s %s',
      async (method, path) => {
        const chatId = await createChat();
        await publish(chatId);
        const missing = await bob[method](`/chats/nothing/${path}`);
        for (const other of [bob, admin]) {
          const response = await other[method](`/chats/${chatId}/${path}`);
          expect(response.status).toBe(404);
          expect(textOf(response)).toBe(textOf(missing));
        }
        expect((await shareOf(chatId)).link).not.toBeNull();
      },
    );

    test.each([
      ['has no messages', []],
      ['has only a failed answer', [{ role: 'assistant', status: 'failed', content: 'Half', error: 'No.' }]],
      ['has only an empty answer', [{ role: 'assistant', content: '' }]],
    ] as const)('publishing is refused when the chat %s', async (_content, turns) => {
      const chatId = await createChat({ turns: [...turns] });
      for (const response of [
        await ann.put(`/chats/${chatId}/share`),
        await ann.get(`/chats/${chatId}/share/preview`),
      ]) {
        expect(response.status).toBe(422);
        expect(response.body.error).toMatchObject({
          code: 'nothing_to_share',
          message: 'There is nothing to share in this chat yet. Ask something first.',
        });
      }
      expect((await shareOf(chatId)).link).toBeNull();
    });

    test('publishing is refused while an answer streams anywhere in the chat, even outside the active branch', async () => {
      const chatId = await createChat();
      const [question, answer] = await conversations.addMessages(
        chatId,
        {},
        { status: 'streaming', content: 'Half of' },
      );
      await conversations.chats.incrementVersion(chatId, {
        activeMessageId: (await conversations.messages.byIdInChat(chatId, question!))!.parentId,
      });
      for (const refused of [
        await ann.put(`/chats/${chatId}/share`),
        await ann.get(`/chats/${chatId}/share/preview`),
      ]) {
        expect(refused.status).toBe(409);
        expect(refused.body.error.code).toBe('streaming');
        expect(refused.body.error.message).toContain('still being written');
      }
      expect((await shareOf(chatId)).link).toBeNull();
      await conversations.messages.update(answer!, { status: 'complete' });
      expect((await publish(chatId)).status).toBe(201);
    });

    test('a chat too large for a link is read up to the limit only, to publish, preview and open it', async () => {
      const chatId = await createChat();
      await publish(chatId);
      const characters = limits.snapshotChars / 20;
      await conversations.addMessages(
        chatId,
        ...Array.from({ length: 40 }, () => ({ content: 'x'.repeat(characters) })),
      );
      const reads = jest.spyOn(MessageQueries.prototype, 'byIds').mock.calls;
      for (const response of [
        await ann.put(`/chats/${chatId}/share`),
        await ann.get(`/chats/${chatId}/share/preview`),
      ]) {
        expect([response.status, response.body.error.code]).toEqual([422, 'snapshot_too_large']);
        expect(response.body.error.message).toContain('Share a shorter branch');
      }
      expect(await shareOf(chatId)).toMatchObject({
        link: { upToDate: false },
        newMessages: 40,
        preview: null,
        refusal: { code: 'snapshot_too_large' },
      });
      expect(reads.length).toBeLessThanOrEqual(3 * 23);
      jest.restoreAllMocks();
    });

    test('a preview just below the size limit is sent whole', async () => {
      const turns = Array.from({ length: 19 }, (_, at) => ({ content: `${at} ü🦊`.padEnd(1_000_000, '字') }));
      const chatId = await createChat({ turns });
      const texts = turns.map(({ content }) => content);
      expect(textsOf(await previewOf(chatId))).toEqual(texts);
      expect(textsOf((await shareOf(chatId)).preview!)).toEqual(texts);
    });

    test('publishing is refused when the snapshot would be too large', async () => {
      const turns = Array.from({ length: 21 }, () => ({ content: 'x'.repeat(limits.snapshotChars / 20) }));
      const chatId = await createChat({ turns });
      const response = await ann.put(`/chats/${chatId}/share`);
      expect([response.status, response.body.error.code]).toEqual([422, 'snapshot_too_large']);
      expect(await shareOf(chatId)).toMatchObject({
        link: null,
        preview: null,
        refusal: { code: 'snapshot_too_large' },
      });
    });

    test.each([
      ['an expiry that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, 422, 'expiry_passed'],
      ['groups', { audience: { kind: 'restricted', userIds: [], groupIds: ['g'] } }, 422, 'no_groups'],
      [
        'people who do not exist',
        { audience: { kind: 'restricted', userIds: ['nobody'] } },
        422,
        'unknown_people',
      ],
      ['an unknown audience', { audience: { kind: 'public' } }, 400, 'invalid_request'],
      ['an empty title', { title: ' ' }, 400, 'invalid_request'],
      ['a malformed time', { expiresAt: 'tomorrow' }, 400, 'invalid_request'],
    ])('publishing is refused with %s, and no link is created', async (_option, body, status, code) => {
      const chatId = await createChat();
      const response = await ann.put(`/chats/${chatId}/share`, body);
      expect([response.status, response.body.error.code]).toEqual([status, code]);
      expect((await shareOf(chatId)).link).toBeNull();
    });

    test('publishing for people who are not active members is refused without naming them', async () => {
      const pending = await app.person('Pending', 'pending');
      const deactivated = await app.person('Deactivated');
      await admin.patch(`/admin/users/${deactivated.user.id}`, { active: false }).expect(200);
      const chatId = await createChat();
      const texts = new Set<string>();
      for (const id of [pending.user.id, deactivated.user.id, 'nobody']) {
        const audience = { kind: 'restricted', userIds: [bob.user.id, id] };
        const response = await ann.put(`/chats/${chatId}/share`, { audience });
        expect(response.status).toBe(422);
        texts.add(textOf(response));
      }
      expect(texts.size).toBe(1);
    });

    test('deleting returns 404 when there is no link', async () => {
      expect((await ann.delete(`/chats/${await createChat()}/share`)).status).toBe(404);
    });
  });

  describe('publishing a first link', () => {
    test('a new link has the chat’s title and the owner’s name, and is open to the whole instance without expiry', async () => {
      const chatId = await createChat();
      const { status, link } = await publish(chatId);
      expect(status).toBe(201);
      expect(link).toEqual({
        id: link.id,
        url: `${app.url}/s/${link.id}`,
        chatId,
        includeReasoning: false,
        title: 'On magnets',
        showAuthor: true,
        audience: { kind: 'instance' },
        createdAt: link.createdAt,
        updatedAt: link.createdAt,
        expiresAt: null,
        version: 1,
        chatVersion: 1,
        upToDate: true,
        inactiveReason: null,
      });
      expect(link.id).toMatch(/^[\w-]{32}$/);
      expect(await auditActions(link.id)).toEqual(['shared_link.created']);
    });

    test('publishing needs no request body', async () => {
      const response = await ann.put(`/chats/${await createChat()}/share`).expect(201);
      expect(SharedLink.strict().parse(response.body).version).toBe(1);
    });

    test('a new link has the options its owner chose', async () => {
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      const audience = { kind: 'restricted', userIds: [bob.user.id], groupIds: [] };
      const { link } = await publish(await createChat(), {
        title: 'For Bob',
        showAuthor: false,
        audience,
        expiresAt,
      });
      expect(link).toMatchObject({ title: 'For Bob', showAuthor: false, audience, expiresAt });
      expect(await read(link.id)).toMatchObject({ title: 'For Bob', author: null });
    });

    test('the URL of a link begins with the public address of the instance', async () => {
      const publicApp = await createTestApp({ env: { WEBUI_URL: 'http://parley.example.org/' } });
      const owner = await publicApp.person('Ann');
      const chatId = await new Conversations(publicApp.platform).create(owner.user.id);
      const { body } = await owner.put(`/chats/${chatId}/share`).expect(201);
      expect(body.url).toBe(`http://parley.example.org/s/${body.id}`);
      await publicApp.end();
    });

    test('open tabs are notified when a chat is shared and when it is no longer shared', async () => {
      const socket = await ann.connect();
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const event = await socket.waitFor('chat:updated', ({ chat }) => chat.id === chatId);
      expect(event.chat).toMatchObject({ shared: true, version: link.chatVersion });
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      await socket.waitFor('chat:updated', ({ chat }) => chat.id === chatId && !chat.shared);
      socket.close();
    });

    test('twenty simultaneous requests create one link', async () => {
      const chatId = await createChat();
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ann.put(`/chats/${chatId}/share`, { title: `Title ${i}` })),
      );
      expect(responses.map((response) => response.status).sort()).toEqual([
        ...Array.from({ length: 19 }, () => 200),
        201,
      ]);
      const ids = new Set(responses.map((response) => (response.body as SharedLink).id));
      expect(ids.size).toBe(1);
      const { store } = app.platform;
      expect(await store.db.$count(store.t.sharedLinks, eq(store.t.sharedLinks.chatId, chatId))).toBe(1);
      expect((await shareOf(chatId)).link!.version).toBe(1);
      expect((await auditActions([...ids][0]!)).filter((action) => action.endsWith('created'))).toHaveLength(
        1,
      );
    });

    test('a snapshot never holds half an exchange while the chat grows', async () => {
      const chatId = await createChat();
      await publish(chatId);
      const growing = (async () => {
        for (let i = 0; i < 30; i++)
          await conversations.addMessages(chatId, { content: `q${i}` }, { content: `a${i}` });
      })();
      const lengths: number[] = [];
      const publishing = (async () => {
        for (let i = 0; i < 15; i++) {
          const response = await ann.put(`/chats/${chatId}/share`);
          if (response.status === 409) expect(response.body.error.code).toBe('chat_changing');
          else lengths.push((await read((response.body as SharedLink).id)).messages.length);
        }
      })();
      await Promise.all([growing, publishing]);
      expect(lengths.length).toBeGreaterThan(0);
      expect(lengths.filter((count) => count % 2 === 1)).toEqual([]);
    });
  });

  describe('the snapshot', () => {
    test('a snapshot holds the active branch and nothing else', async () => {
      const chatId = await createChat({ title: 'On branches' });
      await ann
        .patch(`/chats/${chatId}`, { settings: { systemPrompt: 'SECRET PROMPT', temperature: 0.123 } })
        .expect(200);
      const [, first] = (await conversations.messages.pageOfChat(chatId, 0, 10)).map((row) => row.id);
      const say = (...turns: Parameters<Conversations['addMessages']>[1][]) =>
        conversations.addMessages(chatId, ...turns);
      await say({ content: 'SIBLING' }, { content: 'SIBLING too' });
      await conversations.chats.incrementVersion(chatId, { activeMessageId: first });
      await say(
        { content: 'And why?' },
        { content: 'Because.', reasoning: 'Thinking', reasoningMs: 900, edited: true, model: 'm' },
        { content: 'More' },
        { content: 'HALF', status: 'failed', error: 'THE KEY WAS REFUSED' },
      );
      const { link } = await publish(chatId, { includeReasoning: true });
      const response = await bob.get(`/shared/${link.id}`).expect(200);
      for (const secret of [
        'SECRET',
        '0.123',
        'SIBLING',
        'HALF',
        'REFUSED',
        chatId,
        ann.user.id,
        ann.user.email,
      ]) {
        expect(response.text).not.toContain(secret);
      }
      for (const row of await conversations.messages.pageOfChat(chatId, 0, 50)) {
        expect(response.text).not.toContain(row.id);
      }
      expect(textsOf(response.body)).toEqual([
        'How do magnets work?',
        'By **magnetism**.',
        'And why?',
        'Because.',
        'More',
      ]);
      expect(response.body.messages[3]).toMatchObject({
        reasoning: 'Thinking',
        reasoningMs: 900,
        edited: true,
        model: 'm',
      });
    });

    test('readers get the reasoning only while its owner includes it', async () => {
      const turns = [{ content: 'Why?' }, { content: 'Because.', reasoning: 'THOUGHTS', reasoningMs: 900 }];
      const chatId = await createChat({ turns });
      const textOf = async (id: string) => (await bob.get(`/shared/${id}`).expect(200)).text;
      expect(JSON.stringify(await previewOf(chatId))).not.toContain('THOUGHTS');
      expect(await shareOf(chatId)).toMatchObject({ hasReasoning: true });
      const { link } = await publish(chatId);
      expect(link.includeReasoning).toBe(false);
      expect(await textOf(link.id)).not.toContain('THOUGHTS');
      expect(await textOf(link.id)).not.toContain('900');

      // Changing options never changes the snapshot, so this one is not among them.
      await ann.patch(`/shared-links/${link.id}`, { includeReasoning: true }).expect(200);
      expect(await textOf(link.id)).not.toContain('THOUGHTS');
      const path = `/chats/${chatId}/share?includeReasoning=true`;
      const proposed = (await ann.get(path).expect(200)).body as ShareState;
      expect(proposed).toMatchObject({ upToDate: false, newMessages: 0 });
      expect(JSON.stringify(proposed.preview)).toContain('THOUGHTS');
      expect(await shareOf(chatId)).toMatchObject({ upToDate: true });

      const included = await publish(chatId, { includeReasoning: true });
      expect(included.link).toMatchObject({ id: link.id, includeReasoning: true, version: 2 });
      expect(await textOf(link.id)).toContain('THOUGHTS');
      // A later update keeps the choice.
      await conversations.addMessages(chatId, {}, { reasoning: 'MORE THOUGHTS' });
      await publish(chatId);
      expect(await textOf(link.id)).toContain('MORE THOUGHTS');

      await publish(chatId, { includeReasoning: false });
      expect(await textOf(link.id)).not.toContain('THOUGHTS');
      expect(await shareOf(chatId)).toMatchObject({ upToDate: true });
    });

    test('the preview equals what publishing stores, with and without an existing link', async () => {
      const chatId = await createChat();
      const first = await previewOf(chatId);
      const { link } = await publish(chatId);
      const shared = await read(link.id);
      const withoutIds = ({ messages, ...rest }: Snapshot) => ({
        title: rest.title,
        author: rest.author,
        messages: messages.map(({ id: _, ...message }) => message),
      });
      expect(withoutIds(shared)).toEqual(withoutIds(first));
      await ann.patch(`/shared-links/${link.id}`, { title: 'Other', showAuthor: false }).expect(200);
      await conversations.addMessages(chatId, {}, {});
      const second = await previewOf(chatId);
      expect(second).toMatchObject({ title: 'Other', author: null });
      await publish(chatId);
      const { title, author, messages } = await read(link.id);
      expect({ title, author, messages }).toEqual(second);
    });

    test('later changes of the chat do not affect the snapshot', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const before = await read(link.id);
      const { body } = await ann.get(`/chats/${chatId}`).expect(200);
      const [question, answer] = (body as ChatWithBranch).messages;
      await ann.patch(`/chats/${chatId}/messages/${answer!.id}`, { content: 'CHANGED' }).expect(200);
      await conversations.addMessages(chatId, {}, {});
      await ann.patch(`/chats/${chatId}`, { title: 'Renamed' }).expect(200);
      await ann.patch(`/chats/${chatId}`, { archived: true }).expect(200);
      await ann.delete(`/chats/${chatId}/messages/${question!.id}`).expect(200);
      expect(await read(link.id)).toEqual(before);
    });

    test('a chat of 3,000 messages is published whole and in order', async () => {
      const turns = Array.from({ length: 3_000 }, (_, i) => ({ content: `Message ${i}` }));
      const { link } = await publish(await createChat({ turns }));
      expect(textsOf(await read(link.id))).toEqual(turns.map(({ content }) => content));
    });
  });

  describe('comparing the link with the chat', () => {
    test('a chat without a link is not up to date', async () => {
      expect(await shareOf(await createChat())).toMatchObject({
        link: null,
        upToDate: false,
        newMessages: 0,
      });
    });

    test('messages added since publishing are counted', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      expect(await shareOf(chatId)).toMatchObject({ link, upToDate: true, newMessages: 0, refusal: null });
      await conversations.addMessages(chatId, {}, {}, {}, {});
      const state = await shareOf(chatId);
      expect(state).toMatchObject({ upToDate: false, newMessages: 4 });
      expect(state.link!.upToDate).toBe(false);
    });

    test('an edited message makes the link out of date but is not a new message', async () => {
      const chatId = await createChat();
      await publish(chatId);
      const { body } = await ann.get(`/chats/${chatId}`).expect(200);
      const { id } = (body as ChatWithBranch).messages[1]!;
      await ann.patch(`/chats/${chatId}/messages/${id}`, { content: 'Better words' }).expect(200);
      expect(await shareOf(chatId)).toMatchObject({ upToDate: false, newMessages: 0 });
    });

    test('a chat that changed and changed back is up to date again', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const end = (await conversations.chats.byId(chatId))!.activeMessageId;
      await conversations.addMessages(chatId, {}, {});
      await conversations.chats.incrementVersion(chatId, { activeMessageId: end });
      expect(await shareOf(chatId)).toMatchObject({ upToDate: true, newMessages: 0 });
      const { body } = await ann.get('/shared-links').expect(200);
      expect(body.items.find((item: SharedLink) => item.id === link.id).upToDate).toBe(true);
    });

    test('an answer that still streams is not counted', async () => {
      const chatId = await createChat();
      await publish(chatId);
      const [, answer] = await conversations.addMessages(
        chatId,
        {},
        { status: 'streaming', content: 'Half' },
      );
      expect(await shareOf(chatId)).toMatchObject({ upToDate: false, newMessages: 1 });
      await conversations.messages.update(answer!, { status: 'complete', content: 'Whole' });
      await conversations.chats.incrementVersion(chatId);
      expect(await shareOf(chatId)).toMatchObject({ upToDate: false, newMessages: 2 });
    });

    test('the state holds the preview, or why publishing is refused', async () => {
      const chatId = await createChat();
      const preview = await previewOf(chatId);
      expect(await shareOf(chatId)).toMatchObject({ chatVersion: 1, preview, refusal: null });
      const { link } = await publish(chatId);
      expect(link.chatVersion).toBe(1);
      await conversations.addMessages(chatId, {}, { status: 'streaming', content: 'Half' });
      expect(await shareOf(chatId)).toMatchObject({
        link: { id: link.id, upToDate: false },
        chatVersion: 2,
        preview: null,
        refusal: { code: 'streaming' },
      });
    });

    test('reading the state reads the branch once', async () => {
      const chatId = await createChat();
      await publish(chatId);
      await conversations.addMessages(chatId, {}, {});
      const branch = jest.spyOn(MessageQueries.prototype, 'byIds');
      await shareOf(chatId);
      expect(branch).toHaveBeenCalledTimes(1);
      branch.mockRestore();
    });

    test('a link whose chat has grown too large to refresh can still be managed', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const content = 'x'.repeat(limits.snapshotChars / 2);
      await conversations.addMessages(chatId, { content }, { content });
      expect(await shareOf(chatId)).toMatchObject({
        link: { id: link.id },
        upToDate: false,
        newMessages: 2,
        refusal: { code: 'snapshot_too_large' },
      });
    });

    test('renaming, pinning and archiving the chat keep the link up to date', async () => {
      const chatId = await createChat();
      await publish(chatId);
      for (const change of [{ title: 'New' }, { pinned: true }, { archived: true }]) {
        await ann.patch(`/chats/${chatId}`, change).expect(200);
      }
      expect((await shareOf(chatId)).upToDate).toBe(true);
    });
  });

  describe('refreshing', () => {
    test('refreshing replaces the snapshot under the same URL', async () => {
      const chatId = await createChat();
      const first = await publish(chatId);
      app.advance(5_000);
      await conversations.addMessages(chatId, { content: 'New' }, { content: 'Newer' });
      const second = await publish(chatId);
      expect(second.status).toBe(200);
      expect(second.link).toMatchObject({
        id: first.link.id,
        url: first.link.url,
        version: 2,
        upToDate: true,
      });
      expect(Date.parse(second.link.updatedAt)).toBeGreaterThanOrEqual(
        Date.parse(first.link.updatedAt) + 5_000,
      );
      const shared = await read(first.link.id);
      expect(shared).toMatchObject({
        version: 2,
        createdAt: first.link.createdAt,
        updatedAt: second.link.updatedAt,
      });
      expect(textsOf(shared).slice(2)).toEqual(['New', 'Newer']);
      expect(await auditActions(first.link.id)).toEqual(['shared_link.created', 'shared_link.updated']);
    });

    test('messages keep their ids across the versions of a link', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const before = (await read(link.id)).messages.map(({ id }) => id);
      await conversations.addMessages(chatId, {}, {});
      await publish(chatId);
      const after = (await read(link.id)).messages.map(({ id }) => id);
      expect(after.slice(0, 2)).toEqual(before);
      const other = await publish(await createChat());
      expect((await read(other.link.id)).messages.map(({ id }) => id)).not.toEqual(before);
    });

    test('refreshing an unchanged chat makes no new version', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      app.advance(5_000);
      const again = await publish(chatId);
      expect(again).toEqual({ status: 200, link });
      expect(await auditActions(link.id)).toEqual(['shared_link.created']);
    });

    test('refreshing only the options makes no new version, and the audit log names them without their values', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      const again = await publish(chatId, { title: 'Very secret title', showAuthor: false });
      expect(again.link).toMatchObject({
        id: link.id,
        version: 1,
        title: 'Very secret title',
        showAuthor: false,
      });
      const log = await auditEntries(link.id);
      expect(log.at(-1)).toMatchObject({
        actorId: ann.user.id,
        action: 'shared_link.options_changed',
        details: { changed: ['title', 'showAuthor'] },
      });
      expect(JSON.stringify(log)).not.toContain('secret');
    });

    test('refreshing keeps the options that the request leaves out', async () => {
      const chatId = await createChat();
      const audience = { kind: 'restricted', userIds: [bob.user.id], groupIds: [] };
      await publish(chatId, { title: 'Mine', showAuthor: false, audience });
      await conversations.addMessages(chatId, {}, {});
      expect((await publish(chatId)).link).toMatchObject({
        title: 'Mine',
        showAuthor: false,
        audience,
        version: 2,
      });
    });

    test('viewers never see a mix of two versions', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      let done = false;
      const refreshing = (async () => {
        for (let i = 0; i < 10; i++) {
          await conversations.addMessages(chatId, {}, {});
          await publish(chatId);
        }
        done = true;
      })();
      const versions = new Set<string>();
      while (!done) {
        const { version, messages } = await read(link.id);
        versions.add(`${version}:${messages.length}`);
      }
      await refreshing;
      for (const each of versions) {
        const [version, count] = each.split(':').map(Number);
        expect(count).toBe(version! * 2);
      }
      expect(versions.size).toBeGreaterThan(1);
    });
  });

  describe('the end of a link', () => {
    test('deleting a link ends access at once and leaves the chat unchanged', async () => {
      const chatId = await createChat();
      const before = (await ann.get(`/chats/${chatId}`)).body as Chat;
      const { link } = await publish(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      await bob.get(`/shared/${link.id}`).expect(404);
      await ann.get(`/shared/${link.id}`).expect(404);
      expect((await ann.get(`/chats/${chatId}`)).body).toEqual(before);
      expect(await auditActions(link.id)).toEqual(['shared_link.created', 'shared_link.revoked']);
      expect((await ann.delete(`/chats/${chatId}/share`)).status).toBe(404);
    });

    test('a link created after a deletion has another id', async () => {
      const chatId = await createChat();
      const first = await publish(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      const second = await publish(chatId);
      expect(second.status).toBe(201);
      expect(second.link.id).not.toBe(first.link.id);
      await bob.get(`/shared/${first.link.id}`).expect(404);
      await bob.get(`/shared/${second.link.id}`).expect(200);
    });

    test('deleting a chat deletes its links with their versions and audiences', async () => {
      const chatId = await createChat();
      const revoked = await publish(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      const { link } = await publish(chatId, { audience: { kind: 'restricted', userIds: [bob.user.id] } });
      await ann.delete(`/chats/${chatId}`).expect(204);
      const { store } = app.platform;
      for (const id of [link.id, revoked.link.id]) {
        await bob.get(`/shared/${id}`).expect(404);
        await ann.post(`/shared-links/${id}/restore`).expect(404);
        const { sharedLinkVersions, sharedLinkAudience } = store.t;
        expect(await store.db.$count(sharedLinkVersions, eq(sharedLinkVersions.linkId, id))).toBe(0);
        expect(await store.db.$count(sharedLinkAudience, eq(sharedLinkAudience.linkId, id))).toBe(0);
      }
    });

    test('archiving a chat keeps its link', async () => {
      const chatId = await createChat();
      const { link } = await publish(chatId);
      await ann.patch(`/chats/${chatId}`, { archived: true }).expect(200);
      await bob.get(`/shared/${link.id}`).expect(200);
    });
  });
});

describe('publishing while a model answers', () => {
  test('publishing is refused until the answer has finished or was stopped', async () => {
    const app = await createTestApp({ modelTuning: { demoTokensPerSecond: 5 } });
    const ann = await app.person('Ann');
    const { body: chat } = await ann.post('/chats', {}).expect(201);
    await ann.post(`/chats/${chat.id}/messages`, { content: 'Tell me all' }).expect(201);
    const refused = await ann.put(`/chats/${chat.id}/share`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'streaming']);
    await ann.post(`/chats/${chat.id}/stop`).expect(202);
    await ann.put(`/chats/${chat.id}/share`).expect(201);
    await app.end();
  });
});

describe('the rate limit', () => {
  test('a person can publish sixty times per minute', async () => {
    const app = await createTestApp({ limited: true });
    const ann = await app.person('Ann');
    const chatId = await new Conversations(app.platform).create(ann.user.id);
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await ann.put(`/chats/${chatId}/share`)).status);
    expect(statuses.slice(0, 60).every((status) => status < 300)).toBe(true);
    expect(statuses[60]).toBe(429);
    await app.end();
  });
});
