import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import { SharedLink, sharingEndpoints } from '#shared/sharing';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

interface Page {
  items: SharedLink[];
  nextCursor: string | null;
  total: number;
}

describe('one’s own links', () => {
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

  const share = async (who: Person, title = 'On magnets', options: object = {}) => {
    const chatId = await conversations.begin(who.user.id, { title });
    return SharedLink.parse((await who.put(`/chats/${chatId}/share`, options).expect(201)).body);
  };
  const list = async (who: Person, query: Record<string, string | number> = {}): Promise<Page> => {
    const answer = await who.get('/shared-links').query(query).expect(200);
    return sharingEndpoints.listLinks.response.strict().parse(answer.body);
  };
  const entriesOn = async (id: string) => {
    const { store } = app.platform;
    return store.db.select().from(store.t.auditLog).where(eq(store.t.auditLog.targetId, id));
  };
  const isGone = async (id: string) => (await bob.get(`/shared/${id}`)).status === 404;

  describe('are nobody else’s business', () => {
    test.each([
      ['get', '/shared-links', undefined],
      ['patch', '/shared-links/:id', { title: 'Theirs' }],
      ['delete', '/shared-links/:id', undefined],
      ['post', '/shared-links/:id/restore', undefined],
      ['post', '/shared-links/revoke', { ids: [':id'] }],
      ['post', '/shared-links/revoke', { all: true }],
      ['post', '/shared-links/restore', { ids: [':id'] }],
    ] as const)('strangers: %s %s', async (method, path, body) => {
      const { id } = await share(ann);
      const filled = JSON.parse(JSON.stringify(body ?? {}).replace(':id', id)) as object;
      const answer = await app.stranger()[method](path.replace(':id', id), filled);
      expect(answer.status).toBe(401);
      expect(await isGone(id)).toBe(false);
    });

    test.each(['admin', 'bob'] as const)(
      '%s neither lists, changes, revokes nor restores them',
      async (who) => {
        const other = { admin, bob }[who];
        const link = await share(ann, 'Hers alone');
        expect((await list(other, { query: 'Hers alone' })).total).toBe(0);
        const missing = await other.delete('/shared-links/nothing');
        for (const refused of [
          await other.patch(`/shared-links/${link.id}`, { title: 'Taken' }),
          await other.delete(`/shared-links/${link.id}`),
          await other.post(`/shared-links/${link.id}/restore`),
        ]) {
          expect(refused.status).toBe(404);
          expect(refused.text).toBe(missing.text);
        }
        expect((await other.post('/shared-links/revoke', { ids: [link.id] })).body).toEqual({
          revoked: 0,
          ids: [],
        });
        expect((await other.post('/shared-links/revoke', { all: true })).body.ids).not.toContain(link.id);
        expect(await isGone(link.id)).toBe(false);
        await ann.delete(`/shared-links/${link.id}`).expect(204);
        expect((await other.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
        await other.post(`/shared-links/${link.id}/restore`).expect(404);
        expect(await isGone(link.id)).toBe(true);
      },
    );
  });

  describe('are changed', () => {
    test('without touching the snapshot', async () => {
      const link = await share(ann);
      const before = (await bob.get(`/shared/${link.id}`).expect(200)).body;
      await conversations.say(link.chatId, {}, {});
      app.advance(3_000);
      const { body } = await ann
        .patch(`/shared-links/${link.id}`, { title: 'Another', showAuthor: false })
        .expect(200);
      expect(body).toMatchObject({
        id: link.id,
        version: 1,
        title: 'Another',
        showAuthor: false,
        upToDate: false,
      });
      const after = (await bob.get(`/shared/${link.id}`).expect(200)).body;
      expect(after).toEqual({ ...before, title: 'Another', author: null });
    });

    test('to other readers: only those who are named get in, admins neither', async () => {
      const link = await share(ann);
      const audience = { kind: 'restricted', userIds: [bob.user.id], groupIds: [] };
      const { body } = await ann.patch(`/shared-links/${link.id}`, { audience }).expect(200);
      expect(body.audience).toEqual(audience);
      await bob.get(`/shared/${link.id}`).expect(200);
      await ann.get(`/shared/${link.id}`).expect(200);
      await admin.get(`/shared/${link.id}`).expect(404);
      await ann
        .patch(`/shared-links/${link.id}`, { audience: { kind: 'restricted', userIds: [], groupIds: [] } })
        .expect(200);
      await bob.get(`/shared/${link.id}`).expect(404);
      await ann.get(`/shared/${link.id}`).expect(200);
      await ann.patch(`/shared-links/${link.id}`, { audience: { kind: 'instance' } }).expect(200);
      await admin.get(`/shared/${link.id}`).expect(200);
    });

    test('by taking someone out, though another of those named is deactivated by now', async () => {
      const [cid, dan] = [await app.person('Cid'), await app.person('Dan')];
      const named = (...people: Person[]) => ({
        audience: { kind: 'restricted', userIds: people.map((person) => person.user.id), groupIds: [] },
      });
      const link = await share(ann, 'For some', named(bob, cid, dan));
      await admin.patch(`/admin/users/${cid.user.id}`, { active: false }).expect(200);
      await ann.patch(`/shared-links/${link.id}`, named(bob, cid)).expect(200);
      await dan.get(`/shared/${link.id}`).expect(404);
      await ann.patch(`/shared-links/${link.id}`, named(bob)).expect(200);
      await ann.patch(`/shared-links/${link.id}`, named(bob, cid)).expect(422);
    });

    test('into an end, and back', async () => {
      const link = await share(ann);
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      expect((await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200)).body.expiresAt).toBe(
        expiresAt,
      );
      app.advance(60_001);
      expect(await isGone(link.id)).toBe(true);
      await ann.get(`/shared/${link.id}`).expect(404);
      await bob.post(`/shared/${link.id}/continue`).expect(404);
      const [item] = (await list(ann, { query: 'magnets' })).items.filter(({ id }) => id === link.id);
      expect(item!.inactiveReason).toBe('expired');
      await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
      expect(await isGone(link.id)).toBe(true);
      await ann.patch(`/shared-links/${link.id}`, { expiresAt: null }).expect(200);
      expect(await isGone(link.id)).toBe(false);
    });

    test('never to what cannot be', async () => {
      const link = await share(ann);
      const past = new Date(app.platform.now()).toISOString();
      const people = { kind: 'restricted', userIds: ['nobody'] };
      await ann.patch(`/shared-links/${link.id}`, { expiresAt: past }).expect(422);
      await ann.patch(`/shared-links/${link.id}`, { audience: people }).expect(422);
      await ann.patch(`/shared-links/${link.id}`, { title: '' }).expect(400);
      await ann.patch(`/shared-links/nothing`, { title: 'x' }).expect(404);
      expect((await list(ann)).items.find(({ id }) => id === link.id)).toEqual(link);
    });

    test('by nothing at all: nothing changes and nothing is noted', async () => {
      const link = await share(ann);
      app.advance(1_000);
      const same = { title: link.title, showAuthor: true, audience: { kind: 'instance' }, expiresAt: null };
      for (const body of [{}, same]) {
        expect((await ann.patch(`/shared-links/${link.id}`, body).expect(200)).body).toEqual(link);
      }
      expect((await entriesOn(link.id)).map(({ action }) => action)).toEqual(['shared_link.created']);
    });

    test('not once they are revoked', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      await ann.patch(`/shared-links/${link.id}`, { title: 'x' }).expect(404);
      await ann.delete(`/shared-links/${link.id}`).expect(404);
    });
  });

  describe('are restored', () => {
    test('as the very same link, within the time the undo is shown for', async () => {
      const link = await share(ann, 'Back again', { showAuthor: false });
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      app.advance(limits.undoWindowMs - 5_000);
      expect((await ann.post(`/shared-links/${link.id}/restore`).expect(200)).body).toEqual(link);
      expect(await isGone(link.id)).toBe(false);
      expect(((await ann.get(`/chats/${link.chatId}`)).body as Chat).shared).toBe(true);
      expect((await entriesOn(link.id)).map(({ action }) => action)).toEqual([
        'shared_link.created',
        'shared_link.revoked',
        'shared_link.restored',
      ]);
    });

    test('not later', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      app.advance(limits.undoWindowMs + 1);
      await ann.post(`/shared-links/${link.id}/restore`).expect(404);
      expect((await ann.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
      expect(await isGone(link.id)).toBe(true);
    });

    test('not while they are live, and not when somebody else revoked them', async () => {
      const link = await share(ann);
      await ann.post(`/shared-links/${link.id}/restore`).expect(404);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      const { store } = app.platform;
      await store.db
        .update(store.t.sharedLinks)
        .set({ revokedBy: admin.user.id, revokedReason: 'admin' })
        .where(eq(store.t.sharedLinks.id, link.id));
      await ann.post(`/shared-links/${link.id}/restore`).expect(404);
    });

    test('not beside another link of the same chat', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      const second = (await ann.put(`/chats/${link.chatId}/share`).expect(201)).body as SharedLink;
      const refused = await ann.post(`/shared-links/${link.id}/restore`);
      expect([refused.status, refused.body.error.code]).toEqual([409, 'shared_again']);
      expect((await ann.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
      expect(await isGone(link.id)).toBe(true);
      expect(await isGone(second.id)).toBe(false);
      const beside = await share(ann);
      await ann.delete(`/shared-links/${beside.id}`).expect(204);
      const ids = [link.id, beside.id, second.id];
      expect((await ann.post('/shared-links/restore', { ids })).body).toEqual({ restored: 1 });
      expect(await isGone(beside.id)).toBe(false);
    });
  });

  describe('are revoked together', () => {
    test('as named: others’ and unknown ones are passed over, twice named is once', async () => {
      const [one, two, three] = [await share(ann), await share(ann), await share(ann)];
      const foreign = await share(bob);
      const ids = [one.id, two.id, one.id, foreign.id, 'unknown'];
      const { body } = await ann.post('/shared-links/revoke', { ids }).expect(200);
      expect(body.revoked).toBe(2);
      expect([...body.ids].sort()).toEqual([one.id, two.id].sort());
      expect(await isGone(one.id)).toBe(true);
      expect(await isGone(three.id)).toBe(false);
      expect(await isGone(foreign.id)).toBe(false);
      expect((await entriesOn(one.id)).at(-1)).toMatchObject({
        actorId: ann.user.id,
        action: 'shared_link.revoked',
        details: { reason: 'owner_bulk' },
      });
      const again = await ann.post('/shared-links/revoke', { ids }).expect(200);
      expect(again.body).toEqual({ revoked: 0, ids: [] });
      const restored = await ann.post('/shared-links/restore', { ids: [...ids, three.id] }).expect(200);
      expect(restored.body).toEqual({ restored: 2 });
      expect(await isGone(one.id)).toBe(false);
    });

    test.each([
      [{}],
      [{ ids: [] }],
      [{ all: false }],
      [{ ids: Array.from({ length: 501 }, (_, i) => `l${i}`) }],
    ])('not by a request that names none, or too many: %#', async (body) => {
      await ann.post('/shared-links/revoke', body).expect(400);
    });

    test('all 1,200 of them, and the lists are told once to read again', async () => {
      const eve = await app.person('Eve');
      const first = await share(eve);
      const { store } = app.platform;
      const { sharedLinks, sharedLinkVersions } = store.t;
      const [link] = await store.db.select().from(sharedLinks).where(eq(sharedLinks.id, first.id));
      const [version] = await store.db
        .select()
        .from(sharedLinkVersions)
        .where(eq(sharedLinkVersions.linkId, first.id));
      await store.tx(async () => {
        for (let i = 1; i < 1_200; i++) {
          const chatId = await conversations.begin(eve.user.id, { turns: [] });
          await store.db.insert(sharedLinks).values({ ...link!, id: `${first.id.slice(0, 20)}${i}`, chatId });
          await store.db
            .insert(sharedLinkVersions)
            .values({ ...version!, linkId: `${first.id.slice(0, 20)}${i}` });
        }
      });
      const socket = await eve.connect();
      const { body } = await eve.post('/shared-links/revoke', { all: true }).expect(200);
      expect(body.revoked).toBe(1_200);
      expect(new Set(body.ids).size).toBe(1_200);
      await socket.hears('chats:changed');
      expect(socket.all('chat:updated')).toEqual([]);
      expect((await list(eve)).total).toBe(0);
      expect(await isGone(first.id)).toBe(true);
      const back = await eve.post('/shared-links/restore', { ids: body.ids.slice(0, 500) }).expect(200);
      expect(back.body).toEqual({ restored: 500 });
      expect((await list(eve)).total).toBe(500);
      socket.close();
    });
  });

  describe('are listed', () => {
    let cat: Person;
    const titles = [
      'Zebra',
      'apple',
      'Émile',
      'Banana 2',
      'banana 1',
      '100% sure',
      'Plan_b',
      'apple',
      'ΟΔΟΣ',
      '日本',
    ];
    beforeAll(async () => {
      cat = await app.person('Cat');
      for (const title of titles) {
        app.advance(1_000);
        await share(cat, title);
      }
    });

    const all = async (query: Record<string, string | number>, between?: () => Promise<void>) => {
      const items: SharedLink[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await list(cat, { ...query, ...(cursor && { cursor }) });
        items.push(...page.items);
        cursor = page.nextCursor;
        if (cursor) await between?.();
      } while (cursor);
      return items;
    };

    test('newest first, whole, and with how many there are', async () => {
      const page = await list(cat);
      expect(page.items.map(({ title }) => title)).toEqual([...titles].reverse());
      expect(page).toMatchObject({ total: titles.length, nextCursor: null });
      expect(page.items[0]).toMatchObject({
        upToDate: true,
        inactiveReason: null,
        audience: { kind: 'instance' },
      });
    });

    const folded = (title: string) => title.normalize('NFKC').toLowerCase();
    const byTitle = (a: string, b: string) => (folded(a) < folded(b) ? -1 : folded(a) > folded(b) ? 1 : 0);
    test.each([
      ['updatedAt', 'desc', [...titles].reverse()],
      ['updatedAt', 'asc', titles],
      ['title', 'asc', [...titles].sort(byTitle)],
      ['title', 'desc', [...titles].sort(byTitle).reverse()],
    ] as const)('by %s %s, in pages of 3 as in one', async (sort, order, wanted) => {
      const items = await all({ sort, order, limit: 3 });
      expect(items.map(({ title }) => title)).toEqual(wanted);
      expect(new Set(items.map(({ id }) => id)).size).toBe(titles.length);
      expect((await list(cat, { sort, order })).items).toEqual(items);
    });

    test('by title from A on, where nothing else is said', async () => {
      const inOrder = (await list(cat, { sort: 'title' })).items.map(({ title }) => title);
      expect(inOrder).toEqual([...titles].sort(byTitle));
    });

    test.each([
      ['NAN', ['banana 1', 'Banana 2']],
      ['éMILE', ['Émile']],
      ['οδ', ['ΟΔΟΣ']],
      ['本', ['日本']],
      ['%', ['100% sure']],
      ['_', ['Plan_b']],
      [' apple ', ['apple', 'apple']],
      ['nothing of the kind', []],
      ["'; drop table shared_links; --", []],
    ])('search for %j finds titles that hold it, sorted and paged as well', async (query, found) => {
      const items = await all({ query, sort: 'title', limit: 1 });
      expect(items.map(({ title }) => title)).toEqual(found);
      expect((await list(cat, { query })).total).toBe(found.length);
    });

    test('with a cursor that belongs to another order, not at all', async () => {
      const { nextCursor } = await list(cat, { sort: 'title', limit: 2 });
      for (const query of [
        { sort: 'updatedAt' },
        { sort: 'title', order: 'desc' },
        { sort: 'updatedAt', order: 'asc' },
      ]) {
        await cat
          .get('/shared-links')
          .query({ ...query, cursor: nextCursor! })
          .expect(400);
      }
      for (const cursor of ['x', 'e30', Buffer.from('["title","asc",1,2]').toString('base64url')]) {
        await cat.get('/shared-links').query({ sort: 'title', cursor }).expect(400);
      }
    });

    test.each([{ limit: 0 }, { limit: 101 }, { sort: 'id' }, { order: 'up' }, { limit: 'x' }])(
      'not for %j',
      async (query) => {
        await cat.get('/shared-links').query(query).expect(400);
      },
    );

    test('while the list changes: what stays is met once, neither skipped nor doubled', async () => {
      const before = (await list(cat)).items;
      const [changing, leaving] = [before[8]!, before[5]!];
      let step = 0;
      const items = await all({ limit: 2 }, async () => {
        app.advance(1_000);
        if (step === 0) await cat.patch(`/shared-links/${changing.id}`, { showAuthor: false }).expect(200);
        if (step === 1) await cat.delete(`/shared-links/${leaving.id}`).expect(204);
        if (step === 2) await share(cat, 'Arrived meanwhile');
        step++;
      });
      const seen = items.map(({ id }) => id);
      expect(new Set(seen).size).toBe(seen.length);
      const unchanged = before.filter(({ id }) => id !== changing.id && id !== leaving.id);
      for (const { id } of unchanged) expect(seen).toContain(id);
    });

    test('with who may open them', async () => {
      const audience = {
        kind: 'restricted' as const,
        userIds: [ann.user.id, bob.user.id].sort(),
        groupIds: [],
      };
      const link = await share(cat, 'Restricted one', { audience });
      expect((await list(cat, { query: 'restricted one' })).items).toEqual([link]);
      expect(link.audience).toEqual(audience);
    });
  });

  test('an owner who waits for approval again keeps them, but nobody opens them', async () => {
    const fay = await app.person('Fay');
    const link = await share(fay);
    await admin.patch(`/admin/users/${fay.user.id}`, { role: 'pending' }).expect(200);
    expect(await isGone(link.id)).toBe(true);
    await fay.get('/shared-links').expect(403);
    await admin.patch(`/admin/users/${fay.user.id}`, { role: 'user' }).expect(200);
    expect(await isGone(link.id)).toBe(false);
  });

  test('a paused link says so to its owner and is opened by nobody', async () => {
    const link = await share(ann, 'Resting');
    const { store } = app.platform;
    await store.db
      .update(store.t.sharedLinks)
      .set({ pausedReason: 'review' })
      .where(eq(store.t.sharedLinks.id, link.id));
    expect(await isGone(link.id)).toBe(true);
    expect((await list(ann, { query: 'Resting' })).items[0]!.inactiveReason).toBe('paused');
  });
});
