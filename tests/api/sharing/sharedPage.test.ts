import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { apiPrefix } from '#shared/api';
import type { ChatWithBranch } from '#shared/chats';
import { SharedChat, type SharedLink } from '#shared/sharing';
import { SharingQueries } from '../../../server/src/features/sharing/sharing.queries.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import { textOf, type Person } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

describe('a shared page', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  let shareChat: SharingFixture['share'];
  beforeAll(async () => {
    ({ app, admin, ann, bob, conversations, share: shareChat } = await createSharingFixture());
  });
  afterAll(() => app.end());

  const share = (options: object = {}, chat: Parameters<Conversations['create']>[1] = {}) =>
    shareChat(ann, options, chat);
  const read = async (id: string, viewer = bob) =>
    (await viewer.get(`/shared/${id}`).expect(200)).body as SharedChat;
  const revokedLink = async () => {
    const link = await share();
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    return link;
  };
  /** Everything by which a viewer could tell two responses apart, except their time and random id. */
  const traits = ({ status, text, headers }: Awaited<ReturnType<Person['get']>>) => {
    const {
      date: _date,
      'x-request-id': _id,
      // Its expiry depends on the time.
      'set-cookie': _cookie,
      'ratelimit-policy': _policy,
      ratelimit: _limit,
      ...others
    } = headers as Record<string, string>;
    return { status, text: textOf({ text }), headers: others };
  };

  describe('refusals', () => {
    const paths = ['', '/continue'] as const;
    const request = (person: Person, id: string, path: string) =>
      path === '' ? person.get(`/shared/${id}`) : person.post(`/shared/${id}${path}`);

    test.each(paths)(
      'strangers get the same 401 for live, revoked, invented and malformed ids: %s',
      async (path) => {
        const stranger = app.stranger();
        const ids = [
          (await share()).id,
          (await revokedLink()).id,
          'A'.repeat(32),
          'x',
          '!!',
          'a'.repeat(900),
        ];
        const responses = [];
        for (const id of ids) responses.push(traits(await request(stranger, encodeURIComponent(id), path)));
        expect(responses[0]).toMatchObject({ status: 401, text: expect.stringContaining('unauthenticated') });
        for (const response of responses) expect(response).toEqual(responses[0]);
      },
    );

    test.each(paths)(
      'pending accounts get the same 403 for live, revoked and invented ids: %s',
      async (path) => {
        const pending = await app.person(`Pending${path.length}`, 'pending');
        const responses = [];
        for (const id of [(await share()).id, (await revokedLink()).id, 'A'.repeat(32)]) {
          responses.push(traits(await request(pending, id, path)));
        }
        expect(responses[0]!.status).toBe(403);
        for (const response of responses) expect(response).toEqual(responses[0]);
      },
    );

    test.each(paths)(
      'members and admins get the same 404 for every link they may not read: %s',
      async (path) => {
        const restricted = await share({ audience: { kind: 'restricted', userIds: [], groupIds: [] } });
        const expired = await share({ expiresAt: new Date(app.platform.now() + 60_000).toISOString() });
        app.advance(60_001);
        const paused = await share();
        const { store } = app.platform;
        const { sharedLinks } = store.t;
        await store.db.update(sharedLinks).set({ pausedReason: 'x' }).where(eq(sharedLinks.id, paused.id));
        const deleted = await share();
        await ann.delete(`/chats/${deleted.chatId}`).expect(204);
        const ids = [restricted, expired, paused, deleted, await revokedLink()].map(({ id }) => id);
        for (const person of [bob, admin]) {
          const missing = traits(await request(person, 'A'.repeat(32), path));
          expect(missing.status).toBe(404);
          for (const id of [...ids, '!!']) {
            expect(traits(await request(person, encodeURIComponent(id), path))).toEqual(missing);
          }
        }
      },
    );

    test('a page is unavailable while its owner is deactivated', async () => {
      const eve = await app.person('Eve');
      const chatId = await conversations.create(eve.user.id);
      const { id } = (await eve.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      await read(id);
      await admin.patch(`/admin/users/${eve.user.id}`, { active: false }).expect(200);
      await bob.get(`/shared/${id}`).expect(404);
      await bob.post(`/shared/${id}/continue`).expect(404);
      await admin.patch(`/admin/users/${eve.user.id}`, { active: true }).expect(200);
      await read(id);
    });

    test('an admin cannot read a restricted link before or after being demoted', async () => {
      const demoted = await app.person('Demoted', 'admin');
      const { id } = await share({ audience: { kind: 'restricted', userIds: [], groupIds: [] } });
      await demoted.get(`/shared/${id}`).expect(404);
      await admin.patch(`/admin/users/${demoted.user.id}`, { role: 'user' }).expect(200);
      await demoted.get(`/shared/${id}`).expect(404);
    });

    test('chat ids do not open shared pages and link ids do not open chats', async () => {
      const { id, chatId } = await share();
      await bob.get(`/shared/${chatId}`).expect(404);
      await ann.get(`/chats/${id}`).expect(404);
    });

    test('the rate limit counts ids that do not exist, and no successful reads', async () => {
      const limited = await createTestApp({ limited: true });
      const owner = await limited.person('Owner');
      const chatId = await new Conversations(limited.platform).create(owner.user.id);
      const { id } = (await owner.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      for (let i = 0; i < 130; i++) await owner.get(`/shared/${id}`).expect(200);
      for (let i = 0; i < 120; i++) await owner.get(`/shared/missing${i}`).expect(404);
      const refused = await owner.get('/shared/missing').expect(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await limited.end();
    });
  });

  describe('content', () => {
    test('a page holds its title, author, dates and messages, and no other field', async () => {
      const link = await share({ title: 'Magnets for Bob' });
      const shared = await read(link.id);
      expect(SharedChat.strict().parse(shared)).toEqual(shared);
      expect(shared).toEqual({
        id: link.id,
        title: 'Magnets for Bob',
        author: { name: 'Ann' },
        createdAt: link.createdAt,
        updatedAt: link.createdAt,
        version: 1,
        isOwner: false,
        messages: [
          expect.objectContaining({ role: 'user', content: 'How do magnets work?' }),
          expect.objectContaining({ role: 'assistant', content: 'By **magnetism**.', model: 'deep-thought' }),
        ],
      });
      expect(Object.keys(shared.messages[0]!).sort()).toEqual(['content', 'createdAt', 'id', 'role']);
    });

    test('a page tells its owner that it is theirs', async () => {
      const { id } = await share();
      expect((await read(id, ann)).isOwner).toBe(true);
      expect((await read(id, bob)).isOwner).toBe(false);
      expect((await read(id, ann)).isOwner).toBe(true);
    });

    test('a page shows the owner’s current name unless it is shared anonymously', async () => {
      const eve = await app.person('Evelyn');
      const chatId = await conversations.create(eve.user.id);
      const { id } = (await eve.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      expect((await read(id)).author).toEqual({ name: 'Evelyn' });
      await eve.patch('/me', { name: 'Eve "the" <b>Great</b>' }).expect(200);
      expect((await read(id)).author).toEqual({ name: 'Eve "the" <b>Great</b>' });
      await eve.patch(`/shared-links/${id}`, { showAuthor: false }).expect(200);
      const response = await bob.get(`/shared/${id}`).expect(200);
      expect(response.body.author).toBeNull();
      expect(response.text).not.toContain('Eve');
      expect(response.text).not.toContain(eve.user.id);
    });

    test('messages are sent character by character as written', async () => {
      const content = '</script><img src=x onerror=alert(1)> "\\u0022" \u2028 🦊 \\ `${x}` ,"messages":[]}';
      const { id } = await share({ title: content }, { turns: [{ content }] });
      const shared = await read(id);
      expect(shared.title).toBe(content.replace(/\s+/g, ' '));
      expect(shared.messages[0]!.content).toBe(content);
    });

    test('browsers that accept Brotli get the same page in a fraction of the bytes', async () => {
      const turns = Array.from({ length: 200 }, (_, i) => ({
        content: `Message ${i} says much the same. `.repeat(20),
      }));
      const { id } = await share({}, { turns });
      const plain = await read(id);
      for (let round = 0; round < 2; round++) {
        const response = await fetch(`${app.url}${apiPrefix}/shared/${id}`, {
          headers: { cookie: bob.cookie(), 'accept-encoding': 'br' },
        });
        expect(response.headers.get('content-encoding')).toBe('br');
        expect(response.headers.get('vary')).toContain('Accept-Encoding');
        expect(Number(response.headers.get('content-length'))).toBeLessThan(
          JSON.stringify(plain).length / 10,
        );
        expect(await response.json()).toEqual(plain);
      }
    });

    test('the stored body is Brotli of exactly the messages that are sent', async () => {
      const { id } = await share();
      const { store } = app.platform;
      const { sharedLinkVersions } = store.t;
      const [version] = await store.db
        .select()
        .from(sharedLinkVersions)
        .where(eq(sharedLinkVersions.linkId, id));
      expect(JSON.parse(brotliDecompressSync(version!.body).toString())).toEqual((await read(id)).messages);
      expect(version!.messageCount).toBe(2);
    });

    test('a cached page is not sent after the link changed or was revoked', async () => {
      const link = await share();
      await read(link.id);
      await conversations.addMessages(link.chatId, { content: 'More' });
      await ann.put(`/chats/${link.chatId}/share`).expect(200);
      expect((await read(link.id)).messages).toHaveLength(3);
      await ann.patch(`/shared-links/${link.id}`, { title: 'Renamed' }).expect(200);
      expect((await read(link.id)).title).toBe('Renamed');
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      await bob.get(`/shared/${link.id}`).expect(404);
    });

    test('a client that holds the page gets 304 until it changes', async () => {
      const link = await share();
      const first = await bob.get(`/shared/${link.id}`).expect(200);
      const tag = first.headers.etag!;
      const again = () => bob.get(`/shared/${link.id}`).set('If-None-Match', tag);
      expect((await again().expect(304)).text).toBe('');
      await bob.get(`/shared/${link.id}`).set('If-None-Match', 'W/"another"').expect(200);
      await ann.get(`/shared/${link.id}`).set('If-None-Match', tag).expect(200);
      await ann.patch(`/shared-links/${link.id}`, { showAuthor: false }).expect(200);
      expect((await again().expect(200)).headers.etag).not.toBe(tag);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      await again().expect(404);
    });
  });

  test('a page is not cached, indexed or named in a referrer', async () => {
    const { id } = await share();
    for (const response of [await bob.get(`/shared/${id}`), await bob.get('/shared/missing')]) {
      expect(response.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(response.headers['content-type']).toMatch(/^application\/json; charset=utf-8$/);
    }
  });

  test('the HTML shell is the same for every id and is not indexed', async () => {
    const stranger = app.stranger();
    const live = await stranger.agent.get(`/s/${(await share()).id}`);
    const invented = await stranger.agent.get('/s/invented');
    expect(traits(live)).toEqual(traits(invented));
    expect(live.headers['x-robots-tag']).toContain('noindex');
  });

  describe('many readers', () => {
    /** Holds back the stored messages of links until `release`, and counts how often they are read. */
    const holdBodies = () => {
      const queries = new SharingQueries(app.platform);
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const read = queries.body.bind(queries);
      const spy = jest.spyOn(SharingQueries.prototype, 'body').mockImplementation(async (...args) => {
        await released;
        return read(...args);
      });
      return { spy, release };
    };

    test('a page that many people open at the same moment is made once', async () => {
      const { id } = await share();
      const { spy, release } = holdBodies();
      const opened = [ann, bob, admin, bob].map((viewer) =>
        viewer.get(`/shared/${id}`).set('Accept-Encoding', 'br'),
      );
      const responses = Promise.all(opened.map((response) => response.expect(200)));
      await bob.get('/me').expect(200);
      release();
      await responses;
      // One for the owner, one for everyone else.
      expect(spy).toHaveBeenCalledTimes(2);
      spy.mockRestore();
    });

    test('two pages of one person are made at a time, and all are sent', async () => {
      const links = [await share(), await share(), await share(), await share(), await share()];
      const { spy, release } = holdBodies();
      const responses = Promise.all(links.map(({ id }) => bob.get(`/shared/${id}`).expect(200)));
      while (spy.mock.calls.length < 2) await bob.get('/me').expect(200);
      for (let i = 0; i < 5; i++) await bob.get('/me').expect(200);
      expect(spy).toHaveBeenCalledTimes(2);
      release();
      await responses;
      spy.mockRestore();
    });
  });

  describe('continuing', () => {
    const continueAs = async (viewer: Person, id: string) =>
      (await viewer.post(`/shared/${id}/continue`).expect(201)).body.chatId as string;
    const openChat = async (owner: Person, id: string) =>
      (await owner.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;

    test('a copy is the viewer’s own chat and names its source', async () => {
      const turns = [
        { content: 'Why?' },
        { content: 'Because.', reasoning: 'Hm', reasoningMs: 700, model: 'm', edited: true },
        { content: 'Stop here' },
        { content: 'Half a', status: 'stopped' as const },
      ];
      const { id } = await share({ title: 'To continue', includeReasoning: true }, { turns });
      const shared = await read(id);
      const chatId = await continueAs(bob, id);
      const chat = await openChat(bob, chatId);
      expect(chat).toMatchObject({
        title: 'To continue',
        continuedFrom: { title: 'To continue', at: chat.createdAt },
        pinned: false,
        archived: false,
        shared: false,
        settings: {},
        model: null,
      });
      expect(chat.messages.map(({ content }) => content)).toEqual([
        'Why?',
        'Because.',
        'Stop here',
        'Half a',
      ]);
      expect(chat.messages[1]).toMatchObject({ reasoning: 'Hm', reasoningMs: 700, model: 'm', edited: true });
      expect(chat.messages.every(({ status }) => status === 'complete')).toBe(true);
      expect(chat.activeMessageId).toBe(chat.messages.at(-1)!.id);
      expect(chat.messages.map(({ id: own }) => own)).not.toEqual(
        expect.arrayContaining([shared.messages[0]!.id]),
      );
      await ann.get(`/chats/${chatId}`).expect(404);
    });

    test('a copy appears in the viewer’s open tabs and search at once', async () => {
      const { id } = await share({ title: 'On animals' }, { turns: [{ content: 'A quokka appears' }] });
      const socket = await bob.connect();
      const chatId = await continueAs(bob, id);
      await socket.waitFor('chat:updated', ({ chat }) => chat.id === chatId);
      const { body } = await bob.get('/chats').query({ query: 'quokka' }).expect(200);
      expect(body.items.map((chat: { id: string }) => chat.id)).toContain(chatId);
      socket.close();
    });

    test('revoking the link or deleting the original chat leaves the copy unchanged', async () => {
      const link = await share();
      const chatId = await continueAs(bob, link.id);
      const before = await openChat(bob, chatId);
      await ann.delete(`/chats/${link.chatId}/share`).expect(204);
      await ann.delete(`/chats/${link.chatId}`).expect(204);
      expect(await openChat(bob, chatId)).toEqual(before);
    });

    test('every request makes another copy, for the owner too', async () => {
      const { id } = await share();
      const copies = [await continueAs(bob, id), await continueAs(bob, id), await continueAs(ann, id)];
      expect(new Set(copies).size).toBe(3);
      await openChat(ann, copies[2]!);
    });

    test('a copy can be shared without a trace of the first link', async () => {
      const { id } = await share();
      const chatId = await continueAs(bob, id);
      const again = (await bob.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      expect(again.id).not.toBe(id);
      expect((await read(again.id, ann)).messages.map(({ id: own }) => own)).not.toEqual(
        (await read(id)).messages.map(({ id: own }) => own),
      );
    });

    test('other requests are served while a long chat is copied', async () => {
      const turns = Array.from({ length: 3_000 }, (_, i) => ({ content: `Message ${i}` }));
      const { id } = await share({}, { turns });
      const { store } = app.platform;
      let pauses = 0;
      const pauseTx = store.pauseTx.bind(store);
      store.pauseTx = () => {
        pauses++;
        return pauseTx();
      };
      await continueAs(bob, id);
      store.pauseTx = pauseTx;
      expect(pauses).toBeGreaterThanOrEqual(29);
    });

    test('a chat of 3,000 messages is copied whole', async () => {
      const turns = Array.from({ length: 3_000 }, (_, i) => ({ content: `Message ${i}` }));
      const { id } = await share({}, { turns });
      const chatId = await continueAs(bob, id);
      expect(await conversations.messages.pageOfChat(chatId, 0, 5_000)).toHaveLength(3_000);
      expect((await conversations.chats.byId(chatId))!.messageCount).toBe(3_000);
      expect((await openChat(bob, chatId)).messages.at(-1)!.content).toBe('Message 2999');
    });
  });
});
