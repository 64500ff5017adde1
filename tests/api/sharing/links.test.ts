import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

const textsOf = (snapshot: { messages: SnapshotMessage[] }) =>
  snapshot.messages.map(({ content }) => content);

describe('sharing a chat', () => {
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

  const begin = (options?: Parameters<Conversations['begin']>[1]) =>
    conversations.begin(ann.user.id, options);
  const share = async (chatId: string, body: object = {}) => {
    const answer = await ann.put(`/chats/${chatId}/share`, body);
    if (answer.status > 201) throw new Error(answer.text);
    return { status: answer.status, link: SharedLink.parse(answer.body) };
  };
  const stateOf = async (chatId: string) =>
    (await ann.get(`/chats/${chatId}/share`).expect(200)).body as ShareState;
  const previewOf = async (chatId: string) =>
    (await ann.get(`/chats/${chatId}/share/preview`).expect(200)).body as Snapshot;
  const read = async (id: string, who = bob) =>
    (await who.get(`/shared/${id}`).expect(200)).body as SharedChat;
  const actionsOn = async (id: string) => {
    const { store } = app.platform;
    const rows = await store.db.select().from(store.t.auditLog).where(eq(store.t.auditLog.targetId, id));
    return rows.map((row) => row.action);
  };

  describe('is refused', () => {
    const methods = [
      ['get', 'share'],
      ['get', 'share/preview'],
      ['put', 'share'],
      ['delete', 'share'],
    ] as const;

    test.each(methods)('to strangers: %s %s', async (method, path) => {
      const answer = await app.stranger()[method](`/chats/${await begin()}/${path}`);
      expect(answer.status).toBe(401);
    });

    test.each(methods)(
      'to other members and admins alike, as if the chat did not exist: %s %s',
      async (method, path) => {
        const chatId = await begin();
        await share(chatId);
        const missing = await bob[method](`/chats/nothing/${path}`);
        for (const other of [bob, admin]) {
          const answer = await other[method](`/chats/${chatId}/${path}`);
          expect(answer.status).toBe(404);
          expect(answer.text).toBe(missing.text);
        }
        expect((await stateOf(chatId)).link).not.toBeNull();
      },
    );

    test.each([
      ['has no messages', []],
      [
        'has nothing but a failed answer',
        [{ role: 'assistant', status: 'failed', content: 'Half', error: 'No.' }],
      ],
      ['has nothing but an empty answer', [{ role: 'assistant', content: '' }]],
    ] as const)('when the chat %s', async (_what, turns) => {
      const chatId = await begin({ turns: [...turns] });
      for (const answer of [
        await ann.put(`/chats/${chatId}/share`),
        await ann.get(`/chats/${chatId}/share/preview`),
      ]) {
        expect(answer.status).toBe(422);
        expect(answer.body.error).toMatchObject({
          code: 'nothing_to_share',
          message: 'There is nothing to share in this chat yet. Ask something first.',
        });
      }
      expect((await stateOf(chatId)).link).toBeNull();
    });

    test('while an answer is being written anywhere in the chat, also beside the active branch', async () => {
      const chatId = await begin();
      const [question, answer] = await conversations.say(
        chatId,
        {},
        { status: 'streaming', content: 'Half of' },
      );
      await conversations.chats.incrementVersion(chatId, {
        activeMessageId: (await conversations.messages.inChat(chatId, question!))!.parentId,
      });
      for (const refused of [
        await ann.put(`/chats/${chatId}/share`),
        await ann.get(`/chats/${chatId}/share/preview`),
      ]) {
        expect(refused.status).toBe(409);
        expect(refused.body.error.code).toBe('streaming');
        expect(refused.body.error.message).toContain('still being written');
      }
      expect((await stateOf(chatId)).link).toBeNull();
      await conversations.messages.update(answer!, { status: 'complete' });
      expect((await share(chatId)).status).toBe(201);
    });

    test('when the snapshot would be too large', async () => {
      const turns = Array.from({ length: 21 }, () => ({ content: 'x'.repeat(limits.snapshotChars / 20) }));
      const answer = await ann.put(`/chats/${await begin({ turns })}/share`);
      expect([answer.status, answer.body.error.code]).toEqual([422, 'snapshot_too_large']);
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
      ['a time that is none', { expiresAt: 'tomorrow' }, 400, 'invalid_request'],
    ])('with %s, and nothing is made', async (_what, body, status, code) => {
      const chatId = await begin();
      const answer = await ann.put(`/chats/${chatId}/share`, body);
      expect([answer.status, answer.body.error.code]).toEqual([status, code]);
      expect((await stateOf(chatId)).link).toBeNull();
    });

    test('with people who are not active members, without a word about which', async () => {
      const pending = await app.person('Pending', 'pending');
      const gone = await app.person('Gone');
      await admin.patch(`/admin/users/${gone.user.id}`, { active: false }).expect(200);
      const chatId = await begin();
      const texts = new Set<string>();
      for (const id of [pending.user.id, gone.user.id, 'nobody']) {
        const audience = { kind: 'restricted', userIds: [bob.user.id, id] };
        const answer = await ann.put(`/chats/${chatId}/share`, { audience });
        expect(answer.status).toBe(422);
        texts.add(answer.text);
      }
      expect(texts.size).toBe(1);
    });

    test('to delete, when there is no link', async () => {
      expect((await ann.delete(`/chats/${await begin()}/share`)).status).toBe(404);
    });
  });

  describe('makes a link', () => {
    test('with what the chat is called, the owner’s name, for everyone here and without end', async () => {
      const chatId = await begin();
      const { status, link } = await share(chatId);
      expect(status).toBe(201);
      expect(link).toEqual({
        id: link.id,
        url: `${app.url}/s/${link.id}`,
        chatId,
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
      expect(await actionsOn(link.id)).toEqual(['shared_link.created']);
    });

    test('with a body or without one', async () => {
      const answer = await ann.put(`/chats/${await begin()}/share`).expect(201);
      expect(SharedLink.strict().parse(answer.body).version).toBe(1);
    });

    test('with all that its owner chose', async () => {
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      const audience = { kind: 'restricted', userIds: [bob.user.id], groupIds: [] };
      const { link } = await share(await begin(), {
        title: 'For Bob',
        showAuthor: false,
        audience,
        expiresAt,
      });
      expect(link).toMatchObject({ title: 'For Bob', showAuthor: false, audience, expiresAt });
      expect(await read(link.id)).toMatchObject({ title: 'For Bob', author: null });
    });

    test('at the address people open the instance with', async () => {
      const addressed = await createTestApp({ env: { WEBUI_URL: 'http://parley.example.org/' } });
      const owner = await addressed.person('Ann');
      const chatId = await new Conversations(addressed.platform).begin(owner.user.id);
      const { body } = await owner.put(`/chats/${chatId}/share`).expect(201);
      expect(body.url).toBe(`http://parley.example.org/s/${body.id}`);
      await addressed.end();
    });

    test('that marks the chat as shared, in lists and in open tabs', async () => {
      const socket = await ann.connect();
      const chatId = await begin();
      await share(chatId);
      const heard = await socket.hears('chat:updated', ({ chat }) => chat.id === chatId);
      expect(heard.chat.shared).toBe(true);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      await socket.hears('chat:updated', ({ chat }) => chat.id === chatId && !chat.shared);
      socket.close();
    });

    test('once, however many ask for it at once', async () => {
      const chatId = await begin();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ann.put(`/chats/${chatId}/share`, { title: `Title ${i}` })),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([
        ...Array.from({ length: 19 }, () => 200),
        201,
      ]);
      const ids = new Set(answers.map((answer) => (answer.body as SharedLink).id));
      expect(ids.size).toBe(1);
      const { store } = app.platform;
      expect(await store.db.$count(store.t.sharedLinks, eq(store.t.sharedLinks.chatId, chatId))).toBe(1);
      expect((await stateOf(chatId)).link!.version).toBe(1);
      expect((await actionsOn([...ids][0]!)).filter((action) => action.endsWith('created'))).toHaveLength(1);
    });

    test('that is never half of a chat that is being changed at the same time', async () => {
      const chatId = await begin();
      await share(chatId);
      const saying = (async () => {
        for (let i = 0; i < 30; i++)
          await conversations.say(chatId, { content: `q${i}` }, { content: `a${i}` });
      })();
      const seen: number[] = [];
      const sharing = (async () => {
        for (let i = 0; i < 15; i++) {
          const answer = await ann.put(`/chats/${chatId}/share`);
          if (answer.status === 409) expect(answer.body.error.code).toBe('chat_changing');
          else seen.push((await read((answer.body as SharedLink).id)).messages.length);
        }
      })();
      await Promise.all([saying, sharing]);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.filter((count) => count % 2 === 1)).toEqual([]);
    });
  });

  describe('freezes', () => {
    test('the active branch and nothing else', async () => {
      const chatId = await begin({ title: 'Frozen' });
      await ann
        .patch(`/chats/${chatId}`, { settings: { systemPrompt: 'SECRET PROMPT', temperature: 0.123 } })
        .expect(200);
      const [, first] = (await conversations.messages.pageOfChat(chatId, 0, 10)).map((row) => row.id);
      const say = (...turns: Parameters<Conversations['say']>[1][]) => conversations.say(chatId, ...turns);
      await say({ content: 'SIBLING' }, { content: 'SIBLING too' });
      await conversations.chats.incrementVersion(chatId, { activeMessageId: first });
      await say(
        { content: 'And why?' },
        { content: 'Because.', reasoning: 'Thinking', reasoningMs: 900, edited: true, model: 'm' },
        { content: 'More' },
        { content: 'HALF', status: 'failed', error: 'THE KEY WAS REFUSED' },
      );
      const { link } = await share(chatId);
      const answer = await bob.get(`/shared/${link.id}`).expect(200);
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
        expect(answer.text).not.toContain(secret);
      }
      for (const row of await conversations.messages.pageOfChat(chatId, 0, 50)) {
        expect(answer.text).not.toContain(row.id);
      }
      expect(textsOf(answer.body)).toEqual([
        'How do magnets work?',
        'By **magnetism**.',
        'And why?',
        'Because.',
        'More',
      ]);
      expect(answer.body.messages[3]).toMatchObject({
        reasoning: 'Thinking',
        reasoningMs: 900,
        edited: true,
        model: 'm',
      });
    });

    test('what the preview showed, before there is a link and after', async () => {
      const chatId = await begin();
      const first = await previewOf(chatId);
      const { link } = await share(chatId);
      const shared = await read(link.id);
      const withoutIds = ({ messages, ...rest }: Snapshot) => ({
        title: rest.title,
        author: rest.author,
        messages: messages.map(({ id: _, ...message }) => message),
      });
      expect(withoutIds(shared)).toEqual(withoutIds(first));
      await ann.patch(`/shared-links/${link.id}`, { title: 'Other', showAuthor: false }).expect(200);
      await conversations.say(chatId, {}, {});
      const second = await previewOf(chatId);
      expect(second).toMatchObject({ title: 'Other', author: null });
      await share(chatId);
      const { title, author, messages } = await read(link.id);
      expect({ title, author, messages }).toEqual(second);
    });

    test('so that nothing done to the chat later shows through', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      const before = await read(link.id);
      const { body } = await ann.get(`/chats/${chatId}`).expect(200);
      const [question, answer] = (body as ChatWithBranch).messages;
      await ann.patch(`/chats/${chatId}/messages/${answer!.id}`, { content: 'CHANGED' }).expect(200);
      await conversations.say(chatId, {}, {});
      await ann.patch(`/chats/${chatId}`, { title: 'Renamed' }).expect(200);
      await ann.patch(`/chats/${chatId}`, { archived: true }).expect(200);
      await ann.delete(`/chats/${chatId}/messages/${question!.id}`).expect(200);
      expect(await read(link.id)).toEqual(before);
    });

    test('a chain of 3,000 messages, all of it and in order', async () => {
      const turns = Array.from({ length: 3_000 }, (_, i) => ({ content: `Message ${i}` }));
      const { link } = await share(await begin({ turns }));
      expect(textsOf(await read(link.id))).toEqual(turns.map(({ content }) => content));
    });
  });

  describe('says whether the link is current', () => {
    test('there is none yet', async () => {
      expect(await stateOf(await begin())).toMatchObject({ link: null, upToDate: false, newMessages: 0 });
    });

    test('until something is said, and how much', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      expect(await stateOf(chatId)).toMatchObject({ link, upToDate: true, newMessages: 0, refusal: null });
      await conversations.say(chatId, {}, {}, {}, {});
      const state = await stateOf(chatId);
      expect(state).toMatchObject({ upToDate: false, newMessages: 4 });
      expect(state.link!.upToDate).toBe(false);
    });

    test('a change of words is no new message, and still not current', async () => {
      const chatId = await begin();
      await share(chatId);
      const { body } = await ann.get(`/chats/${chatId}`).expect(200);
      const { id } = (body as ChatWithBranch).messages[1]!;
      await ann.patch(`/chats/${chatId}/messages/${id}`, { content: 'Better words' }).expect(200);
      expect(await stateOf(chatId)).toMatchObject({ upToDate: false, newMessages: 0 });
    });

    test('a chat that went elsewhere and came back is current again, and stays it', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      const end = (await conversations.chats.byId(chatId))!.activeMessageId;
      await conversations.say(chatId, {}, {});
      await conversations.chats.incrementVersion(chatId, { activeMessageId: end });
      expect(await stateOf(chatId)).toMatchObject({ upToDate: true, newMessages: 0 });
      const { body } = await ann.get('/shared-links').expect(200);
      expect(body.items.find((item: SharedLink) => item.id === link.id).upToDate).toBe(true);
    });

    test('while an answer is being written', async () => {
      const chatId = await begin();
      await share(chatId);
      const [, answer] = await conversations.say(chatId, {}, { status: 'streaming', content: 'Half' });
      expect(await stateOf(chatId)).toMatchObject({ upToDate: false, newMessages: 1 });
      await conversations.messages.update(answer!, { status: 'complete', content: 'Whole' });
      await conversations.chats.incrementVersion(chatId);
      expect(await stateOf(chatId)).toMatchObject({ upToDate: false, newMessages: 2 });
    });

    test('renaming, pinning and archiving the chat leave it current', async () => {
      const chatId = await begin();
      await share(chatId);
      for (const change of [{ title: 'New' }, { pinned: true }, { archived: true }]) {
        await ann.patch(`/chats/${chatId}`, change).expect(200);
      }
      expect((await stateOf(chatId)).upToDate).toBe(true);
    });
  });

  describe('refreshes the link', () => {
    test('under the same address, all at once', async () => {
      const chatId = await begin();
      const first = await share(chatId);
      app.advance(5_000);
      await conversations.say(chatId, { content: 'New' }, { content: 'Newer' });
      const second = await share(chatId);
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
      expect(await actionsOn(first.link.id)).toEqual(['shared_link.created', 'shared_link.updated']);
    });

    test('with the ids its messages had before', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      const before = (await read(link.id)).messages.map(({ id }) => id);
      await conversations.say(chatId, {}, {});
      await share(chatId);
      const after = (await read(link.id)).messages.map(({ id }) => id);
      expect(after.slice(0, 2)).toEqual(before);
      const other = await share(await begin());
      expect((await read(other.link.id)).messages.map(({ id }) => id)).not.toEqual(before);
    });

    test('into no new version when nothing changed', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      app.advance(5_000);
      const again = await share(chatId);
      expect(again).toEqual({ status: 200, link });
      expect(await actionsOn(link.id)).toEqual(['shared_link.created']);
    });

    test('with new options and old content: no new version, one entry of what changed, and not to what', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      const again = await share(chatId, { title: 'Very secret title', showAuthor: false });
      expect(again.link).toMatchObject({
        id: link.id,
        version: 1,
        title: 'Very secret title',
        showAuthor: false,
      });
      const { store } = app.platform;
      const log = await store.db
        .select()
        .from(store.t.auditLog)
        .where(eq(store.t.auditLog.targetId, link.id));
      expect(log.at(-1)).toMatchObject({
        actorId: ann.user.id,
        action: 'shared_link.options_changed',
        details: { changed: ['title', 'showAuthor'] },
      });
      expect(JSON.stringify(log)).not.toContain('secret');
    });

    test('and keeps the options nobody spoke of', async () => {
      const chatId = await begin();
      const audience = { kind: 'restricted', userIds: [bob.user.id], groupIds: [] };
      await share(chatId, { title: 'Mine', showAuthor: false, audience });
      await conversations.say(chatId, {}, {});
      expect((await share(chatId)).link).toMatchObject({
        title: 'Mine',
        showAuthor: false,
        audience,
        version: 2,
      });
    });

    test('never leaves a reader between two versions', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      let done = false;
      const refreshing = (async () => {
        for (let i = 0; i < 10; i++) {
          await conversations.say(chatId, {}, {});
          await share(chatId);
        }
        done = true;
      })();
      const seen = new Set<string>();
      while (!done) {
        const { version, messages } = await read(link.id);
        seen.add(`${version}:${messages.length}`);
      }
      await refreshing;
      for (const each of seen) {
        const [version, count] = each.split(':').map(Number);
        expect(count).toBe(version! * 2);
      }
      expect(seen.size).toBeGreaterThan(1);
    });
  });

  describe('ends', () => {
    test('at once when the owner deletes the link, and the chat stays as it was', async () => {
      const chatId = await begin();
      const before = (await ann.get(`/chats/${chatId}`)).body as Chat;
      const { link } = await share(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      await bob.get(`/shared/${link.id}`).expect(404);
      await ann.get(`/shared/${link.id}`).expect(404);
      expect((await ann.get(`/chats/${chatId}`)).body).toEqual(before);
      expect(await actionsOn(link.id)).toEqual(['shared_link.created', 'shared_link.revoked']);
      expect((await ann.delete(`/chats/${chatId}/share`)).status).toBe(404);
    });

    test('and the next link of the chat is another one', async () => {
      const chatId = await begin();
      const first = await share(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      const second = await share(chatId);
      expect(second.status).toBe(201);
      expect(second.link.id).not.toBe(first.link.id);
      await bob.get(`/shared/${first.link.id}`).expect(404);
      await bob.get(`/shared/${second.link.id}`).expect(200);
    });

    test('with the chat: links, versions and audiences go in the same transaction', async () => {
      const chatId = await begin();
      const revoked = await share(chatId);
      await ann.delete(`/chats/${chatId}/share`).expect(204);
      const { link } = await share(chatId, { audience: { kind: 'restricted', userIds: [bob.user.id] } });
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

    test('never by archiving the chat', async () => {
      const chatId = await begin();
      const { link } = await share(chatId);
      await ann.patch(`/chats/${chatId}`, { archived: true }).expect(200);
      await bob.get(`/shared/${link.id}`).expect(200);
    });
  });
});

describe('sharing while a model answers', () => {
  test('is refused until the answer is finished or stopped', async () => {
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
  test('bounds how many links one person makes and changes in a minute', async () => {
    const app = await createTestApp({ limited: true });
    const ann = await app.person('Ann');
    const chatId = await new Conversations(app.platform).begin(ann.user.id);
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await ann.put(`/chats/${chatId}/share`)).status);
    expect(statuses.slice(0, 60).every((status) => status < 300)).toBe(true);
    expect(statuses[60]).toBe(429);
    await app.end();
  });
});
