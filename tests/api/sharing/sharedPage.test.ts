import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { apiPrefix } from '#shared/api';
import type { ChatWithBranch } from '#shared/chats';
import { SharedChat, type SharedLink } from '#shared/sharing';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

describe('a shared page', () => {
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

  const share = async (options: object = {}, turns?: Parameters<Conversations['begin']>[1]) => {
    const chatId = await conversations.begin(ann.user.id, turns);
    return (await ann.put(`/chats/${chatId}/share`, options).expect(201)).body as SharedLink;
  };
  const read = async (id: string, who = bob) =>
    (await who.get(`/shared/${id}`).expect(200)).body as SharedChat;
  const revoked = async () => {
    const link = await share();
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    return link;
  };
  /** All a reader could tell two answers apart by, but for the moment they were given. */
  const traits = ({ status, text, headers }: Awaited<ReturnType<Person['get']>>) => {
    const {
      date: _date,
      // Its expiry moves on with the clock.
      'set-cookie': _cookie,
      'ratelimit-policy': _policy,
      ratelimit: _limit,
      ...others
    } = headers as Record<string, string>;
    return { status, text, headers: others };
  };

  describe('is not there', () => {
    const paths = ['', '/continue'] as const;
    const ask = (who: Person, id: string, path: string) =>
      path === '' ? who.get(`/shared/${id}`) : who.post(`/shared/${id}${path}`);

    test.each(paths)(
      'for strangers, who cannot tell a live link from a revoked or an invented one: %s',
      async (path) => {
        const stranger = app.stranger();
        const ids = [(await share()).id, (await revoked()).id, 'A'.repeat(32), 'x', '!!', 'a'.repeat(900)];
        const answers = [];
        for (const id of ids) answers.push(traits(await ask(stranger, encodeURIComponent(id), path)));
        expect(answers[0]).toMatchObject({ status: 401, text: expect.stringContaining('unauthenticated') });
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      },
    );

    test.each(paths)('for those who wait for approval, who learn as little: %s', async (path) => {
      const pending = await app.person(`Pending${path.length}`, 'pending');
      const answers = [];
      for (const id of [(await share()).id, (await revoked()).id, 'A'.repeat(32)]) {
        answers.push(traits(await ask(pending, id, path)));
      }
      expect(answers[0]!.status).toBe(403);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    });

    test.each(paths)(
      'for members it is not for: whatever the reason, they get one and the same answer: %s',
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
        const ids = [restricted, expired, paused, deleted, await revoked()].map(({ id }) => id);
        for (const who of [bob, admin]) {
          const missing = traits(await ask(who, 'A'.repeat(32), path));
          expect(missing.status).toBe(404);
          for (const id of [...ids, '!!']) {
            expect(traits(await ask(who, encodeURIComponent(id), path))).toEqual(missing);
          }
        }
      },
    );

    test('while its owner is deactivated, and there again afterwards', async () => {
      const eve = await app.person('Eve');
      const chatId = await conversations.begin(eve.user.id);
      const { id } = (await eve.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      await read(id);
      await admin.patch(`/admin/users/${eve.user.id}`, { active: false }).expect(200);
      await bob.get(`/shared/${id}`).expect(404);
      await bob.post(`/shared/${id}/continue`).expect(404);
      await admin.patch(`/admin/users/${eve.user.id}`, { active: true }).expect(200);
      await read(id);
    });

    test('for a demoted admin more than for anyone', async () => {
      const demoted = await app.person('Demoted', 'admin');
      const { id } = await share({ audience: { kind: 'restricted', userIds: [], groupIds: [] } });
      await demoted.get(`/shared/${id}`).expect(404);
      await admin.patch(`/admin/users/${demoted.user.id}`, { role: 'user' }).expect(200);
      await demoted.get(`/shared/${id}`).expect(404);
    });

    test('under the address of its chat, nor the chat under the address of the link', async () => {
      const { id, chatId } = await share();
      await bob.get(`/shared/${chatId}`).expect(404);
      await ann.get(`/chats/${id}`).expect(404);
    });

    test('for who tries many ids: only misses count, and then even those are refused', async () => {
      const limited = await createTestApp({ limited: true });
      const owner = await limited.person('Owner');
      const chatId = await new Conversations(limited.platform).begin(owner.user.id);
      const { id } = (await owner.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      for (let i = 0; i < 130; i++) await owner.get(`/shared/${id}`).expect(200);
      for (let i = 0; i < 120; i++) await owner.get(`/shared/missing${i}`).expect(404);
      const refused = await owner.get('/shared/missing').expect(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await limited.end();
    });
  });

  describe('shows', () => {
    test('the title, the sharer’s name, the dates and the messages, and not one field more', async () => {
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

    test('its owner that it is theirs', async () => {
      const { id } = await share();
      expect((await read(id, ann)).isOwner).toBe(true);
      expect((await read(id, bob)).isOwner).toBe(false);
      expect((await read(id, ann)).isOwner).toBe(true);
    });

    test('nobody’s name where the owner wished so, the present one otherwise', async () => {
      const eve = await app.person('Evelyn');
      const chatId = await conversations.begin(eve.user.id);
      const { id } = (await eve.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      expect((await read(id)).author).toEqual({ name: 'Evelyn' });
      await eve.patch('/me', { name: 'Eve "the" <b>Great</b>' }).expect(200);
      expect((await read(id)).author).toEqual({ name: 'Eve "the" <b>Great</b>' });
      await eve.patch(`/shared-links/${id}`, { showAuthor: false }).expect(200);
      const answer = await bob.get(`/shared/${id}`).expect(200);
      expect(answer.body.author).toBeNull();
      expect(answer.text).not.toContain('Eve');
      expect(answer.text).not.toContain(eve.user.id);
    });

    test('what was written, letter by letter', async () => {
      const content = '</script><img src=x onerror=alert(1)> "\\u0022" \u2028 🦊 \\ `${x}` ,"messages":[]}';
      const { id } = await share({ title: content }, { turns: [{ content }] });
      const shared = await read(id);
      expect(shared.title).toBe(content.replace(/\s+/g, ' '));
      expect(shared.messages[0]!.content).toBe(content);
    });

    test('the same to browsers that take it compressed, in a fraction of the bytes', async () => {
      const turns = Array.from({ length: 200 }, (_, i) => ({
        content: `Message ${i} says much the same. `.repeat(20),
      }));
      const { id } = await share({}, { turns });
      const plain = await read(id);
      for (let round = 0; round < 2; round++) {
        const answer = await fetch(`${app.url}${apiPrefix}/shared/${id}`, {
          headers: { cookie: bob.cookie(), 'accept-encoding': 'br' },
        });
        expect(answer.headers.get('content-encoding')).toBe('br');
        expect(answer.headers.get('vary')).toContain('Accept-Encoding');
        expect(Number(answer.headers.get('content-length'))).toBeLessThan(JSON.stringify(plain).length / 10);
        expect(await answer.json()).toEqual(plain);
      }
    });

    test('as stored: the body in the database is Brotli of exactly the messages', async () => {
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

    test('anew after each change, whatever was kept ready', async () => {
      const link = await share();
      await read(link.id);
      await conversations.say(link.chatId, { content: 'More' });
      await ann.put(`/chats/${link.chatId}/share`).expect(200);
      expect((await read(link.id)).messages).toHaveLength(3);
      await ann.patch(`/shared-links/${link.id}`, { title: 'Renamed' }).expect(200);
      expect((await read(link.id)).title).toBe('Renamed');
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      await bob.get(`/shared/${link.id}`).expect(404);
    });

    test('nothing to who has it on screen already and asks whether it is current', async () => {
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

  test('is kept by no cache, found by no search engine, and named in no referrer', async () => {
    const { id } = await share();
    for (const answer of [await bob.get(`/shared/${id}`), await bob.get('/shared/missing')]) {
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(answer.headers['content-type']).toMatch(/^application\/json; charset=utf-8$/);
    }
  });

  test('has a shell that is the same for every id, and says so to nobody', async () => {
    const stranger = app.stranger();
    const live = await stranger.agent.get(`/s/${(await share()).id}`);
    const invented = await stranger.agent.get('/s/invented');
    expect(traits(live)).toEqual(traits(invented));
    expect(live.headers['x-robots-tag']).toContain('noindex');
  });

  describe('is carried on', () => {
    const continueAs = async (who: Person, id: string) =>
      (await who.post(`/shared/${id}/continue`).expect(201)).body.chatId as string;
    const open = async (who: Person, id: string) =>
      (await who.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;

    test('as a chat of the viewer’s own, that says where it came from', async () => {
      const turns = [
        { content: 'Why?' },
        { content: 'Because.', reasoning: 'Hm', reasoningMs: 700, model: 'm', edited: true },
        { content: 'Stop here' },
        { content: 'Half a', status: 'stopped' as const },
      ];
      const { id } = await share({ title: 'To carry on' }, { turns });
      const shared = await read(id);
      const chatId = await continueAs(bob, id);
      const chat = await open(bob, chatId);
      expect(chat).toMatchObject({
        title: 'To carry on',
        continuedFrom: { title: 'To carry on', at: chat.createdAt },
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

    test('in the viewer’s open tabs and search at once', async () => {
      const { id } = await share({ title: 'Seen at once' }, { turns: [{ content: 'A quokka appears' }] });
      const socket = await bob.connect();
      const chatId = await continueAs(bob, id);
      await socket.hears('chat:updated', ({ chat }) => chat.id === chatId);
      const { body } = await bob.get('/chats').query({ query: 'quokka' }).expect(200);
      expect(body.items.map((chat: { id: string }) => chat.id)).toContain(chatId);
      socket.close();
    });

    test('independently: neither revoking nor deleting the original touches the copy', async () => {
      const link = await share();
      const chatId = await continueAs(bob, link.id);
      const before = await open(bob, chatId);
      await ann.delete(`/chats/${link.chatId}/share`).expect(204);
      await ann.delete(`/chats/${link.chatId}`).expect(204);
      expect(await open(bob, chatId)).toEqual(before);
    });

    test('every time anew, and by its owner too', async () => {
      const { id } = await share();
      const copies = [await continueAs(bob, id), await continueAs(bob, id), await continueAs(ann, id)];
      expect(new Set(copies).size).toBe(3);
      await open(ann, copies[2]!);
    });

    test('and shared again in turn, without a trace of the first link', async () => {
      const { id } = await share();
      const chatId = await continueAs(bob, id);
      const again = (await bob.put(`/chats/${chatId}/share`).expect(201)).body as SharedLink;
      expect(again.id).not.toBe(id);
      expect((await read(again.id, ann)).messages.map(({ id: own }) => own)).not.toEqual(
        (await read(id)).messages.map(({ id: own }) => own),
      );
    });

    test('whole, also with 3,000 messages', async () => {
      const turns = Array.from({ length: 3_000 }, (_, i) => ({ content: `Message ${i}` }));
      const { id } = await share({}, { turns });
      const chatId = await continueAs(bob, id);
      expect(await conversations.messages.pageOfChat(chatId, 0, 5_000)).toHaveLength(3_000);
      expect((await conversations.chats.byId(chatId))!.messageCount).toBe(3_000);
      expect((await open(bob, chatId)).messages.at(-1)!.content).toBe('Message 2999');
    });
  });
});
