import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { AudienceQueries } from '../../server/src/features/sharing/audience.queries.ts';
import { LinkListQueries, type LinkList } from '../../server/src/features/sharing/linkList.queries.ts';
import { SharingQueries, type NewLink } from '../../server/src/features/sharing/sharing.queries.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import { isUniqueViolation } from '../../server/src/platform/db/dbErrors.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { foldText } from '../../server/src/platform/db/searchText.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(backends)('links on $name', ({ name, open }) => {
  let store: Store;
  let chats: ChatQueries;
  let links: SharingQueries;
  let audiences: AudienceQueries;
  let lists: LinkListQueries;
  const clock = { now: 1_750_000_000_000 };
  let created = 0;

  beforeAll(async () => {
    store = await open();
    const platform = createTestPlatform(store, clock);
    chats = new ChatQueries(platform);
    links = new SharingQueries(platform);
    audiences = new AudienceQueries(platform);
    lists = new LinkListQueries(platform, links);
    const users = new UserQueries(platform);
    for (const [id, role] of [
      ['ann', 'user'],
      ['bob', 'user'],
      ['cat', 'pending'],
      ['dan', 'user'],
      ['lists', 'user'],
      ['bulk', 'user'],
      ['long', 'user'],
    ] as const) {
      await users.insert({ id, name: `${id}'s name`, email: `${id}@example.org`, role, passwordHash: '' });
    }
    await users.update('dan', { active: false });
  });
  afterAll(() => store.close());

  /** Creates a link with its chat and first version. */
  const createLink = async (overrides: Partial<NewLink> = {}) => {
    const id = overrides.id ?? `link${++created}`;
    const ownerId = overrides.ownerId ?? 'ann';
    const chatId = overrides.chatId ?? `chat-of-${id}`;
    const title = overrides.title ?? `Title of ${id}`;
    await store.tx(async () => {
      if (!overrides.chatId) await chats.insert({ id: chatId, ownerId, title, version: 3 });
      await links.insert({
        showAuthor: true,
        includeReasoning: false,
        audienceKind: 'instance',
        expiresAt: null,
        createdAt: clock.now,
        ...overrides,
        id,
        ownerId,
        chatId,
        title,
        titleKey: foldText(title),
      });
      await links.insertVersion(version(id, 1));
    });
    return { id, chatId };
  };
  const version = (linkId: string, number: number) => ({
    linkId,
    number,
    messageCount: 2,
    contentHash: `hash ${number}`,
    chatVersion: 3,
    createdAt: clock.now + number,
    body: Buffer.from([0, 255, 128, number]),
  });
  const revoke = (ownerId: string, ids: string[] | 'all') =>
    store.tx(() => links.revoke(ownerId, ids, { by: ownerId, reason: 'owner' }));

  test('a link is read with the facts of its current version and of its chat', async () => {
    const { id, chatId } = await createLink({ title: 'Öl', showAuthor: false, expiresAt: clock.now + 5 });
    const expected = {
      id,
      chatId,
      ownerId: 'ann',
      title: 'Öl',
      titleKey: 'öl',
      showAuthor: false,
      includeReasoning: false,
      audienceKind: 'instance',
      expiresAt: clock.now + 5,
      currentVersion: 1,
      pausedReason: null,
      revokedAt: null,
      revokedBy: null,
      createdAt: clock.now,
      updatedAt: clock.now,
      contentHash: 'hash 1',
      snapshotChatVersion: 3,
      chatVersion: 3,
    };
    expect(await links.byId(id)).toEqual(expected);
    expect(await links.liveOfChat(chatId)).toEqual(expected);
    expect(await links.byId('nothing')).toBeUndefined();
    expect(await links.liveOfChat('nothing')).toBeUndefined();
  });

  test('each version has its own body, byte for byte', async () => {
    const { id } = await createLink();
    await links.insertVersion(version(id, 2));
    expect(await links.body(id, 1)).toEqual(Buffer.from([0, 255, 128, 1]));
    expect(await links.body(id, 2)).toEqual(Buffer.from([0, 255, 128, 2]));
    expect(Buffer.isBuffer(await links.body(id, 2))).toBe(true);
    expect(await links.body(id, 3)).toBeUndefined();
  });

  test('an update moves a live link to another version and fails for a revoked one', async () => {
    const { id } = await createLink();
    await links.insertVersion(version(id, 2));
    expect(await links.update(id, { currentVersion: 2, updatedAt: clock.now + 9 })).toBe(true);
    expect(await links.byId(id)).toMatchObject({
      currentVersion: 2,
      contentHash: 'hash 2',
      updatedAt: clock.now + 9,
    });
    await links.markCurrent(id, 2, 7);
    expect(await links.byId(id)).toMatchObject({ snapshotChatVersion: 7, chatVersion: 3 });
    await revoke('ann', [id]);
    expect(await links.update(id, { title: 'Late', updatedAt: clock.now })).toBe(false);
  });

  test('a chat has one live link and any number of revoked ones', async () => {
    const { id, chatId } = await createLink();
    expect(isUniqueViolation(await rejection(createLink({ chatId })))).toBe(true);
    await revoke('ann', [id]);
    const second = await createLink({ chatId });
    await revoke('ann', [second.id]);
    const third = await createLink({ chatId });
    expect((await links.liveOfChat(chatId))!.id).toBe(third.id);
  });

  test('one of ten simultaneous links for a chat is created', async () => {
    const { id, chatId } = await createLink();
    await revoke('ann', [id]);
    const results = await Promise.all(Array.from({ length: 10 }, () => rejection(createLink({ chatId }))));
    expect(results.filter((error) => error === undefined)).toHaveLength(1);
    expect(results.filter((error) => error !== undefined && isUniqueViolation(error))).toHaveLength(9);
  });

  test('a chat can be locked only at its current version', async () => {
    const { chatId } = await createLink();
    expect(await store.tx(() => chats.lockAtVersion(chatId, 3))).toBe(true);
    expect(await store.tx(() => chats.lockAtVersion(chatId, 2))).toBe(false);
    expect(await store.tx(() => chats.lockAtVersion('nothing', 0))).toBe(false);
    expect((await chats.byId(chatId))!.version).toBe(3);
  });

  test('a change of a locked chat waits for the lock', async () => {
    const { chatId } = await createLink();
    const order: string[] = [];
    await Promise.all([
      store.tx(async () => {
        await chats.lockAtVersion(chatId, 3);
        await links.byId(chatId);
        order.push('locked');
      }),
      store.tx(async () => {
        await chats.incrementVersion(chatId);
        order.push('changed');
      }),
    ]);
    const locked = await store.tx(() => chats.lockAtVersion(chatId, 3));
    expect(order).toHaveLength(2);
    expect(locked).toBe(false);
  });

  test('an audience is replaced as a whole and deleted with its link', async () => {
    const { id, chatId } = await createLink({ audienceKind: 'restricted' });
    await audiences.replace(id, ['bob', 'ann']);
    const other = await createLink({ audienceKind: 'restricted' });
    const found = await audiences.ofRestricted([id, other.id]);
    expect(found.get(id)).toEqual({ kind: 'restricted', userIds: ['ann', 'bob'], groupIds: [] });
    expect(found.get(other.id)).toEqual({ kind: 'restricted', userIds: [], groupIds: [] });
    await audiences.replace(id, ['bob']);
    expect((await audiences.ofRestricted([id])).get(id)!.userIds).toEqual(['bob']);
    await audiences.replace(id, []);
    expect((await audiences.ofRestricted([id])).get(id)!.userIds).toEqual([]);
    await audiences.replace(id, ['bob']);
    await chats.remove(chatId);
    const { sharedLinkAudience, sharedLinkVersions } = store.t;
    expect(await store.db.$count(sharedLinkAudience, eq(sharedLinkAudience.linkId, id))).toBe(0);
    expect(await store.db.$count(sharedLinkVersions, eq(sharedLinkVersions.linkId, id))).toBe(0);
    expect(await audiences.ofRestricted([])).toEqual(new Map());
  });

  test('only active members are counted', async () => {
    expect(await audiences.countActiveMembers(['ann', 'bob', 'cat', 'dan', 'nobody'])).toBe(2);
    expect(await audiences.countActiveMembers([])).toBe(0);
  });

  test('the link for a viewer holds what decides access and what the page shows', async () => {
    const { id, chatId } = await createLink({ audienceKind: 'restricted' });
    await audiences.replace(id, ['bob']);
    expect(await audiences.linkForViewer(id, 'bob')).toEqual({
      id,
      chatId,
      ownerId: 'ann',
      title: `Title of ${id}`,
      showAuthor: true,
      audienceKind: 'restricted',
      expiresAt: null,
      pausedReason: null,
      revokedAt: null,
      version: 1,
      createdAt: clock.now,
      snapshotAt: clock.now + 1,
      ownerName: "ann's name",
      ownerRole: 'user',
      ownerActive: true,
      inAudience: true,
    });
    expect((await audiences.linkForViewer(id, 'ann'))!.inAudience).toBe(false);
    expect(await audiences.linkForViewer('nothing', 'bob')).toBeUndefined();
    const viewers = await audiences.viewers(id, ['ann', 'bob', 'cat', 'dan', 'nobody']);
    expect(viewers.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'ann', role: 'user', active: true, inAudience: false },
      { id: 'bob', role: 'user', active: true, inAudience: true },
      { id: 'cat', role: 'pending', active: true, inAudience: false },
      { id: 'dan', role: 'user', active: false, inAudience: false },
    ]);
  });

  test('revoking returns the owner’s live links that were revoked', async () => {
    const [one, two] = [await createLink({ ownerId: 'bulk' }), await createLink({ ownerId: 'bulk' })];
    const foreign = await createLink();
    expect(await revoke('bulk', [one.id, foreign.id, 'nothing'])).toEqual([one]);
    expect(await revoke('bulk', [one.id])).toEqual([]);
    expect(await revoke('bulk', 'all')).toEqual([two]);
    expect(await links.liveOfChat(foreign.chatId)).toBeDefined();
    expect(await links.byId(one.id)).toMatchObject({ revokedAt: clock.now, revokedBy: 'bulk' });
  });

  test('a link that its owner revoked recently can be restored', async () => {
    const link = await createLink();
    expect(await links.restore('ann', link.id, 0)).toBeUndefined();
    await revoke('ann', [link.id]);
    expect(await links.restore('ann', link.id, clock.now + 1)).toBeUndefined();
    expect(await links.restore('bob', link.id, clock.now)).toBeUndefined();
    expect(await links.restore('ann', link.id, clock.now)).toEqual(link);
    expect(await links.byId(link.id)).toMatchObject({ revokedAt: null, revokedBy: null });
    await store.tx(() => links.revoke('ann', [link.id], { by: 'an admin', reason: 'owner' }));
    expect(await links.restore('ann', link.id, 0)).toBeUndefined();
  });

  test('restoring fails while the chat has another live link and changes neither', async () => {
    const first = await createLink();
    await revoke('ann', [first.id]);
    const second = await createLink({ chatId: first.chatId });
    const failed = await rejection(store.tx(() => links.restore('ann', first.id, 0)));
    expect(isUniqueViolation(failed)).toBe(true);
    expect((await links.liveOfChat(first.chatId))!.id).toBe(second.id);
  });

  test('an expiry is recorded once by simultaneous calls', async () => {
    const due = await createLink({ expiresAt: clock.now + 10 });
    const later = await createLink({ expiresAt: clock.now + 99 });
    const revoked = await createLink({ expiresAt: clock.now + 10 });
    await revoke('ann', [revoked.id]);
    const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
    clock.now += 9;
    expect(idsOf(await links.expiredUnrecorded())).not.toContain(due.id);
    clock.now += 1;
    const found = idsOf(await links.expiredUnrecorded());
    expect(found).toContain(due.id);
    for (const { id } of [later, revoked]) expect(found).not.toContain(id);
    const recorded = await Promise.all([
      links.recordExpiry([due.id]),
      links.recordExpiry([due.id, later.id]),
    ]);
    expect(idsOf(recorded.flat())).toEqual([due.id]);
    expect(idsOf(await links.expiredUnrecorded())).not.toContain(due.id);
    await links.update(due.id, { expiresAt: clock.now, expiryRecordedAt: null, updatedAt: clock.now });
    expect(idsOf(await links.expiredUnrecorded())).toContain(due.id);
  });

  describe('the list', () => {
    const orders = [
      { sort: 'updatedAt', order: 'desc' },
      { sort: 'updatedAt', order: 'asc' },
      { sort: 'title', order: 'asc' },
      { sort: 'title', order: 'desc' },
    ] as const;
    const listed: { id: string; title: string; updatedAt: number }[] = [];

    beforeAll(async () => {
      for (let i = 0; i < 40; i++) {
        // Several links share a title or a time, so that the id has to break ties.
        const title = `Plan ${String.fromCharCode(97 + (i % 7))} für Ümit`;
        const createdAt = clock.now + (i % 6);
        const { id } = await createLink({ ownerId: 'lists', title, createdAt });
        listed.push({ id, title, updatedAt: createdAt });
      }
      const { id } = await createLink({ ownerId: 'lists', title: 'Plan that is revoked' });
      await revoke('lists', [id]);
    });

    afterEach(() => revoke('long', 'all'));

    const listAll = async (options: Pick<LinkList, 'sort' | 'order' | 'query'>, limit = 7) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const { items, nextCursor } = await lists.list({ ownerId: 'lists', limit, cursor, ...options });
        ids.push(...items.map(({ id }) => id));
        cursor = nextCursor ?? undefined;
      } while (cursor);
      return ids;
    };

    test.each(orders)(
      'the list by $sort $order is the same in several pages and in one',
      async ({ sort, order }) => {
        const keyOf = (row: (typeof listed)[number]) =>
          sort === 'title' ? foldText(row.title) : String(row.updatedAt);
        const expected = [...listed].sort((a, b) => (`${keyOf(a)} ${a.id}` < `${keyOf(b)} ${b.id}` ? -1 : 1));
        if (order === 'desc') expected.reverse();
        const ids = await listAll({ sort, order });
        expect(ids).toEqual(expected.map(({ id }) => id));
        expect(await listAll({ sort, order }, 100)).toEqual(ids);
      },
    );

    test.each(orders)(
      'searching the list by $sort $order keeps its order and paging',
      async ({ sort, order }) => {
        const query = ' B FÜR ü';
        const found = await listAll({ sort, order, query }, 2);
        const expected = (await listAll({ sort, order }, 100)).filter((id) =>
          listed.find((row) => row.id === id)!.title.includes(' b '),
        );
        expect(found).toEqual(expected);
        expect(await lists.count({ ownerId: 'lists', query })).toBe(expected.length);
        expect(expected.length).toBeGreaterThan(2);
      },
    );

    test.each([
      ['Chinese', '字'.repeat(299)],
      ['that fold to longer text', '\ufdfa'.repeat(299)],
      ['whose folded text is cut inside a character', `${'x'.repeat(59)}${'🦊'.repeat(120)}`],
    ])('the list by title continues after long titles %s, with short cursors', async (_what, start) => {
      const ownerId = 'long';
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) {
        ids.push((await createLink({ ownerId, title: `${start}${(i * 3) % 4}` })).id);
      }
      const expected = [ids[0]!, ids[3]!, ids[2]!, ids[1]!];
      for (const order of ['asc', 'desc'] as const) {
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await lists.list({ ownerId, sort: 'title', order, limit: 1, cursor });
          found.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor ?? undefined;
          expect((cursor ?? '').length).toBeLessThan(500);
        } while (cursor);
        expect(found).toEqual(order === 'asc' ? expected : [...expected].reverse());
      }
    });

    test.each(['renamed', 'revoked', 'deleted'] as const)(
      'the list by title skips nothing when the last link of a page is %s before the next page',
      async (change) => {
        const ownerId = 'long';
        const start = 'x'.repeat(200);
        const made: { id: string; chatId: string }[] = [];
        for (const letter of 'abcd') {
          made.push(await createLink({ ownerId, title: `${start}${letter}` }));
        }
        for (const [order, last, rest] of [
          ['asc', 1, [2, 3]],
          ['desc', 2, [1, 0]],
        ] as const) {
          const list = { ownerId, sort: 'title' as const, order };
          const first = await lists.list({ ...list, limit: 2 });
          const { id, chatId } = made[last]!;
          expect(first.items.at(-1)!.id).toBe(id);
          if (change === 'revoked') await revoke(ownerId, [id]);
          else if (change === 'deleted') await chats.remove(chatId);
          else {
            const title = `${start}${order === 'asc' ? 'z' : '0'}`;
            await links.update(id, { title, titleKey: foldText(title), updatedAt: clock.now });
          }
          const next = await lists.list({ ...list, limit: 9, cursor: first.nextCursor! });
          const found = next.items.map((item) => item.id);
          expect(found).toEqual(expect.arrayContaining(rest.map((at) => made[at]!.id)));
          made[last] = await createLink({ ownerId, title: `${start}${'abcd'[last]!}` });
          if (change === 'renamed') await revoke(ownerId, [id]);
        }
      },
    );

    test('the list by title learns nothing from a cursor with the link of another owner', async () => {
      const title = 'y'.repeat(200);
      const theirs = await createLink({ ownerId: 'bob', title });
      const other = await createLink({ ownerId: 'bob', title: `${title}z` });
      const { nextCursor } = await lists.list({ ownerId: 'bob', sort: 'title', order: 'asc', limit: 1 });
      const mine = await createLink({ ownerId: 'long', title: `${title}a` });
      const page = await lists.list({
        ownerId: 'long',
        sort: 'title',
        order: 'asc',
        limit: 9,
        cursor: nextCursor!,
      });
      expect(page.items.map(({ id }) => id)).toEqual([mine.id]);
      await revoke('bob', [theirs.id, other.id]);
    });

    test('the count includes the live links of one owner', async () => {
      expect(await lists.count({ ownerId: 'lists' })).toBe(40);
      expect(await lists.count({ ownerId: 'lists', query: '%' })).toBe(0);
      expect(await lists.count({ ownerId: 'nobody' })).toBe(0);
    });

    test.each(orders)(
      'the list by $sort $order refuses the cursor of another order',
      async ({ sort, order }) => {
        const { nextCursor } = await lists.list({ ownerId: 'lists', limit: 5, sort, order });
        for (const other of orders.filter((each) => each.sort !== sort || each.order !== order)) {
          const result = lists.list({ ownerId: 'lists', limit: 5, cursor: nextCursor!, ...other });
          await expect(result).rejects.toMatchObject({ code: 'invalid_request' });
        }
      },
    );
  });

  // SQLite's plans have stable wording; PostgreSQL's depend on its statistics.
  if (name === 'SQLite') {
    describe('query plans', () => {
      beforeAll(async () => {
        // Enough rows that a full scan would not be the cheapest plan.
        await store.tx(async () => {
          for (let i = 0; i < 400; i++) await createLink({ ownerId: 'bob', title: `Row ${i % 50}` });
        });
      });

      const explain = async (run: () => Promise<unknown>): Promise<string> => {
        const statements: { sql: string; params: unknown[] }[] = [];
        const spy = spyOnStatements(store, statements);
        await run();
        spy.restore();
        const plans: string[] = [];
        for (const statement of statements) plans.push(...(await planOf(statement)));
        return plans.join('\n');
      };
      const planOf = async ({ sql: text, params }: { sql: string; params: unknown[] }) => {
        const parts = text.split('?');
        const query = parts
          .slice(1)
          .reduce(
            (before, part, i) => sql`${before}${bound(params[i])}${sql.raw(part)}`,
            sql`explain query plan ${sql.raw(parts[0]!)}`,
          );
        return (await store.rows<{ detail: string }>(query)).map(({ detail }) => detail);
      };

      test.each([
        ['updatedAt', 'desc', 'shared_links_updated'],
        ['updatedAt', 'asc', 'shared_links_updated'],
        ['title', 'asc', 'shared_links_title'],
        ['title', 'desc', 'shared_links_title'],
      ] as const)('the list by %s %s uses its index without a scan or a sort', async (sort, order, index) => {
        const first = await lists.list({ ownerId: 'bob', limit: 10, sort, order });
        for (const options of [{}, { query: 'row 7' }, { cursor: first.nextCursor! }]) {
          const plan = await explain(() =>
            lists.list({ ownerId: 'bob', limit: 10, sort, order, ...options }),
          );
          expect(plan).toContain(`USING INDEX ${index}`);
          expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
        }
      });

      test.each([
        ['the count', () => lists.count({ ownerId: 'bob' }), /USING COVERING INDEX shared_links_/],
        [
          'the search',
          () => lists.count({ ownerId: 'bob', query: 'row' }),
          /USING COVERING INDEX shared_links_/,
        ],
        [
          'a shared page',
          () => new AudienceQueries(createTestPlatform(store)).linkForViewer('link1', 'bob'),
          /USING INDEX sqlite_autoindex_shared_links/,
        ],
        ['the link of a chat', () => links.liveOfChat('chat1'), /shared_links_(live|chat)/],
        ['the expiry sweep', () => links.expiredUnrecorded(), /INDEX shared_links_expiring/],
      ])('%s uses an index', async (_query, run, index) => {
        const plan = await explain(run);
        expect(plan).toMatch(index);
        expect(plan).not.toMatch(/SCAN (?!CONSTANT)|TEMP B-TREE/);
      });
    });
  }
});

/** A value to explain with: the value behind a placeholder does not change the plan. */
const bound = (param: unknown) => (typeof param === 'object' ? 'something' : param);

/** Records the statements that Drizzle sends, with their parameters. */
function spyOnStatements(store: Store, statements: { sql: string; params: unknown[] }[]) {
  const { session } = store.db as unknown as {
    session: { prepareQuery: (query: { sql: string; params: unknown[] }, ...rest: unknown[]) => unknown };
  };
  const original = session.prepareQuery.bind(session);
  session.prepareQuery = (query, ...rest) => {
    statements.push(query);
    return original(query, ...rest);
  };
  return { restore: () => void (session.prepareQuery = original) };
}
