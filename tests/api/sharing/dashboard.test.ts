import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import { sharingEndpoints, type SharedLink } from '#shared/sharing';
import type { TestApp } from '../../support/app.ts';
import type { Conversations } from '../../support/conversation.ts';
import { textOf, type Person } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

interface Page {
  items: SharedLink[];
  nextCursor: string | null;
  total: number;
}

describe('a person’s own links', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  let shareChat: SharingFixture['share'];
  let auditEntries: SharingFixture['auditEntries'];
  beforeAll(async () => {
    ({ app, admin, ann, bob, conversations, share: shareChat, auditEntries } = await createSharingFixture());
  });
  afterAll(() => app.end());

  const share = (owner: Person, title = 'On magnets', options: object = {}) =>
    shareChat(owner, options, { title });
  const list = async (person: Person, query: Record<string, string | number> = {}): Promise<Page> => {
    const response = await person.get('/shared-links').query(query).expect(200);
    return sharingEndpoints.listLinks.response.strict().parse(response.body);
  };
  const isUnavailable = async (id: string) => (await bob.get(`/shared/${id}`)).status === 404;

  describe('access of others', () => {
    test.each([
      ['get', '/shared-links', undefined],
      ['patch', '/shared-links/:id', { title: 'Theirs' }],
      ['delete', '/shared-links/:id', undefined],
      ['post', '/shared-links/:id/restore', undefined],
      ['post', '/shared-links/revoke', { ids: [':id'] }],
      ['post', '/shared-links/revoke', { all: true }],
      ['post', '/shared-links/restore', { ids: [':id'] }],
    ] as const)('strangers get 401: %s %s', async (method, path, body) => {
      const { id } = await share(ann);
      const filled = JSON.parse(JSON.stringify(body ?? {}).replace(':id', id)) as object;
      const response = await app.stranger()[method](path.replace(':id', id), filled);
      expect(response.status).toBe(401);
      expect(await isUnavailable(id)).toBe(false);
    });

    test.each(['admin', 'bob'] as const)(
      '%s cannot list, change, revoke or restore links of others',
      async (name) => {
        const other = { admin, bob }[name];
        const link = await share(ann, 'Private link');
        expect((await list(other, { query: 'Private link' })).total).toBe(0);
        const missing = await other.delete('/shared-links/nothing');
        for (const refused of [
          await other.patch(`/shared-links/${link.id}`, { title: 'Taken' }),
          await other.delete(`/shared-links/${link.id}`),
          await other.post(`/shared-links/${link.id}/restore`),
        ]) {
          expect(refused.status).toBe(404);
          expect(textOf(refused)).toBe(textOf(missing));
        }
        expect((await other.post('/shared-links/revoke', { ids: [link.id] })).body).toEqual({
          revoked: 0,
          ids: [],
        });
        expect((await other.post('/shared-links/revoke', { all: true })).body.ids).not.toContain(link.id);
        expect(await isUnavailable(link.id)).toBe(false);
        await ann.delete(`/shared-links/${link.id}`).expect(204);
        expect((await other.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
        await other.post(`/shared-links/${link.id}/restore`).expect(404);
        expect(await isUnavailable(link.id)).toBe(true);
      },
    );
  });

  describe('changing', () => {
    test('changing a link does not change its snapshot', async () => {
      const link = await share(ann);
      const before = (await bob.get(`/shared/${link.id}`).expect(200)).body;
      await conversations.addMessages(link.chatId, {}, {});
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

    test('only people in a restricted audience can open the link, which excludes admins', async () => {
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

    test('someone can be removed from an audience that includes a deactivated person', async () => {
      const [cid, dan] = [await app.person('Cid'), await app.person('Dan')];
      const restrictedTo = (...people: Person[]) => ({
        audience: { kind: 'restricted', userIds: people.map((person) => person.user.id), groupIds: [] },
      });
      const link = await share(ann, 'For some', restrictedTo(bob, cid, dan));
      await admin.patch(`/admin/users/${cid.user.id}`, { active: false }).expect(200);
      await ann.patch(`/shared-links/${link.id}`, restrictedTo(bob, cid)).expect(200);
      await dan.get(`/shared/${link.id}`).expect(404);
      await ann.patch(`/shared-links/${link.id}`, restrictedTo(bob)).expect(200);
      await ann.patch(`/shared-links/${link.id}`, restrictedTo(bob, cid)).expect(422);
    });

    test('a link can be given an expiry and have it removed after it has expired', async () => {
      const link = await share(ann);
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      expect((await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200)).body.expiresAt).toBe(
        expiresAt,
      );
      app.advance(60_001);
      expect(await isUnavailable(link.id)).toBe(true);
      await ann.get(`/shared/${link.id}`).expect(404);
      await bob.post(`/shared/${link.id}/continue`).expect(404);
      const [item] = (await list(ann, { query: 'magnets' })).items.filter(({ id }) => id === link.id);
      expect(item!.inactiveReason).toBe('expired');
      await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
      expect(await isUnavailable(link.id)).toBe(true);
      await ann.patch(`/shared-links/${link.id}`, { expiresAt: null }).expect(200);
      expect(await isUnavailable(link.id)).toBe(false);
    });

    test('invalid changes are refused and change nothing', async () => {
      const link = await share(ann);
      const past = new Date(app.platform.now()).toISOString();
      const people = { kind: 'restricted', userIds: ['nobody'] };
      await ann.patch(`/shared-links/${link.id}`, { expiresAt: past }).expect(422);
      await ann.patch(`/shared-links/${link.id}`, { audience: people }).expect(422);
      await ann.patch(`/shared-links/${link.id}`, { title: '' }).expect(400);
      await ann.patch(`/shared-links/nothing`, { title: 'x' }).expect(404);
      expect((await list(ann)).items.find(({ id }) => id === link.id)).toEqual(link);
    });

    test('a change to the current values changes nothing and is not audited', async () => {
      const link = await share(ann);
      app.advance(1_000);
      const same = { title: link.title, showAuthor: true, audience: { kind: 'instance' }, expiresAt: null };
      for (const body of [{}, same]) {
        expect((await ann.patch(`/shared-links/${link.id}`, body).expect(200)).body).toEqual(link);
      }
      expect((await auditEntries(link.id)).map(({ action }) => action)).toEqual(['shared_link.created']);
    });

    test('a revoked link cannot be changed or revoked', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      await ann.patch(`/shared-links/${link.id}`, { title: 'x' }).expect(404);
      await ann.delete(`/shared-links/${link.id}`).expect(404);
    });
  });

  describe('restoring', () => {
    test('a revoked link is restored unchanged within the undo window', async () => {
      const link = await share(ann, 'Back again', { showAuthor: false });
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      app.advance(limits.undoWindowMs - 5_000);
      expect((await ann.post(`/shared-links/${link.id}/restore`).expect(200)).body).toEqual(link);
      expect(await isUnavailable(link.id)).toBe(false);
      expect(((await ann.get(`/chats/${link.chatId}`)).body as Chat).shared).toBe(true);
      expect((await auditEntries(link.id)).map(({ action }) => action)).toEqual([
        'shared_link.created',
        'shared_link.revoked',
        'shared_link.restored',
      ]);
    });

    test('a link cannot be restored after the undo window', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      app.advance(limits.undoWindowMs + 1);
      await ann.post(`/shared-links/${link.id}/restore`).expect(404);
      expect((await ann.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
      expect(await isUnavailable(link.id)).toBe(true);
    });

    test('a link cannot be restored while it is live, or when someone else revoked it', async () => {
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

    test('a link cannot be restored when its chat has been shared again', async () => {
      const link = await share(ann);
      await ann.delete(`/shared-links/${link.id}`).expect(204);
      const second = (await ann.put(`/chats/${link.chatId}/share`).expect(201)).body as SharedLink;
      const refused = await ann.post(`/shared-links/${link.id}/restore`);
      expect([refused.status, refused.body.error.code]).toEqual([409, 'shared_again']);
      expect((await ann.post('/shared-links/restore', { ids: [link.id] })).body).toEqual({ restored: 0 });
      expect(await isUnavailable(link.id)).toBe(true);
      expect(await isUnavailable(second.id)).toBe(false);
      const beside = await share(ann);
      await ann.delete(`/shared-links/${beside.id}`).expect(204);
      const ids = [link.id, beside.id, second.id];
      expect((await ann.post('/shared-links/restore', { ids })).body).toEqual({ restored: 1 });
      expect(await isUnavailable(beside.id)).toBe(false);
    });
  });

  describe('revoking several', () => {
    test('revoking by ids ignores foreign, unknown and repeated ids', async () => {
      const [one, two, three] = [await share(ann), await share(ann), await share(ann)];
      const foreign = await share(bob);
      const ids = [one.id, two.id, one.id, foreign.id, 'unknown'];
      const { body } = await ann.post('/shared-links/revoke', { ids }).expect(200);
      expect(body.revoked).toBe(2);
      expect([...body.ids].sort()).toEqual([one.id, two.id].sort());
      expect(await isUnavailable(one.id)).toBe(true);
      expect(await isUnavailable(three.id)).toBe(false);
      expect(await isUnavailable(foreign.id)).toBe(false);
      expect((await auditEntries(one.id)).at(-1)).toMatchObject({
        actorId: ann.user.id,
        action: 'shared_link.revoked',
        details: { reason: 'owner_bulk' },
      });
      const again = await ann.post('/shared-links/revoke', { ids }).expect(200);
      expect(again.body).toEqual({ revoked: 0, ids: [] });
      const restored = await ann.post('/shared-links/restore', { ids: [...ids, three.id] }).expect(200);
      expect(restored.body).toEqual({ restored: 2 });
      expect(await isUnavailable(one.id)).toBe(false);
    });

    test.each([
      [{}],
      [{ ids: [] }],
      [{ all: false }],
      [{ ids: Array.from({ length: 501 }, (_, i) => `l${i}`) }],
    ])('a request to revoke no links or too many is invalid: %#', async (body) => {
      await ann.post('/shared-links/revoke', body).expect(400);
    });

    test('revoking all 1,200 links announces the change once', async () => {
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
          const chatId = await conversations.create(eve.user.id, { turns: [] });
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
      await socket.waitFor('chats:changed');
      // The reply comes after all earlier events of this socket.
      await socket.request('chat:unwatch', { chatId: 'nothing' });
      expect(socket.payloads('chat:updated')).toEqual([]);
      expect((await list(eve)).total).toBe(0);
      expect(await isUnavailable(first.id)).toBe(true);
      const back = await eve.post('/shared-links/restore', { ids: body.ids.slice(0, 500) }).expect(200);
      expect(back.body).toEqual({ restored: 500 });
      expect((await list(eve)).total).toBe(500);
      socket.close();
    });
  });

  describe('listing', () => {
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

    const listAll = async (query: Record<string, string | number>, betweenPages?: () => Promise<void>) => {
      const items: SharedLink[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await list(cat, { ...query, ...(cursor && { cursor }) });
        items.push(...page.items);
        cursor = page.nextCursor;
        if (cursor) await betweenPages?.();
      } while (cursor);
      return items;
    };

    test('links are listed with the newest first and their total number', async () => {
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
    ] as const)(
      'links sorted by %s %s are the same in pages of 3 as in one page',
      async (sort, order, expected) => {
        const items = await listAll({ sort, order, limit: 3 });
        expect(items.map(({ title }) => title)).toEqual(expected);
        expect(new Set(items.map(({ id }) => id)).size).toBe(titles.length);
        expect((await list(cat, { sort, order })).items).toEqual(items);
      },
    );

    test('sorting by title is ascending by default', async () => {
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
    ])('searching for %j finds the titles that contain it, sorted and paged', async (query, found) => {
      const items = await listAll({ query, sort: 'title', limit: 1 });
      expect(items.map(({ title }) => title)).toEqual(found);
      expect((await list(cat, { query })).total).toBe(found.length);
    });

    test('links with the longest Chinese titles are listed to the end in pages of one', async () => {
      const dora = await app.person('Dora');
      for (let at = 0; at < 4; at++) await share(dora, `${'字'.repeat(299)}${at}`);
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const query = { sort: 'title', limit: 1, ...(cursor && { cursor }) };
        const page: Page = await list(dora, query);
        found.push(...page.items.map(({ title }) => title.at(-1)!));
        cursor = page.nextCursor;
      } while (cursor);
      expect(found).toEqual(['0', '1', '2', '3']);
    });

    test('a cursor of another sort order or a malformed one is invalid', async () => {
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
      'the query %j is invalid',
      async (query) => {
        await cat.get('/shared-links').query(query).expect(400);
      },
    );

    test('paging neither skips nor repeats links while the list changes', async () => {
      const before = (await list(cat)).items;
      const [changing, leaving] = [before[8]!, before[5]!];
      let step = 0;
      const items = await listAll({ limit: 2 }, async () => {
        app.advance(1_000);
        if (step === 0) await cat.patch(`/shared-links/${changing.id}`, { showAuthor: false }).expect(200);
        if (step === 1) await cat.delete(`/shared-links/${leaving.id}`).expect(204);
        if (step === 2) await share(cat, 'Added while paging');
        step++;
      });
      const seen = items.map(({ id }) => id);
      expect(new Set(seen).size).toBe(seen.length);
      const unchanged = before.filter(({ id }) => id !== changing.id && id !== leaving.id);
      for (const { id } of unchanged) expect(seen).toContain(id);
    });

    test('the list includes the audience of each link', async () => {
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

  test('links of an owner who is pending again are unavailable until the owner is approved', async () => {
    const fay = await app.person('Fay');
    const link = await share(fay);
    await admin.patch(`/admin/users/${fay.user.id}`, { role: 'pending' }).expect(200);
    expect(await isUnavailable(link.id)).toBe(true);
    await fay.get('/shared-links').expect(403);
    await admin.patch(`/admin/users/${fay.user.id}`, { role: 'user' }).expect(200);
    expect(await isUnavailable(link.id)).toBe(false);
  });

  test('a paused link is unavailable, and its owner sees that it is paused', async () => {
    const link = await share(ann, 'Paused link');
    const { store } = app.platform;
    await store.db
      .update(store.t.sharedLinks)
      .set({ pausedReason: 'review' })
      .where(eq(store.t.sharedLinks.id, link.id));
    expect(await isUnavailable(link.id)).toBe(true);
    expect((await list(ann, { query: 'Paused link' })).items[0]!.inactiveReason).toBe('paused');
  });
});
