import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { MessageQueries, type NewMessage } from '../../server/src/features/messages/messages.queries.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import { isUniqueViolation } from '../../server/src/platform/db/dbErrors.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const message = (id: string, parentId: string | null, more: Partial<NewMessage> = {}): NewMessage => ({
  id,
  chatId: 'c1',
  parentId,
  role: 'user',
  content: `text of ${id}`,
  status: 'complete',
  ...more,
});

const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(backends)('chats and messages on $name', ({ open }) => {
  let store: Store;
  let chats: ChatQueries;
  let messages: MessageQueries;
  const clock = { now: 1_750_000_000_000 };

  beforeAll(async () => {
    store = await open();
    const platform = createTestPlatform(store, clock);
    chats = new ChatQueries(platform);
    messages = new MessageQueries(platform);
    const users = new UserQueries(platform);
    for (const id of ['ann', 'bob']) {
      await users.insert({ id, name: id, email: `${id}@example.org`, role: 'user', passwordHash: '' });
    }
    await chats.insert({ id: 'c1', ownerId: 'ann', title: 'A tree' });
    //  a ─ b ─ c        and a second root, z
    //    └ d ─ e ─ f
    await messages.insert(
      message('a', null),
      message('b', 'a', { role: 'assistant' }),
      message('c', 'b'),
      message('d', 'a', { role: 'assistant', reasoning: 'hm', reasoningMs: 1_200, model: 'm' }),
      message('e', 'd', { idempotencyKey: 'key-1' }),
      message('f', 'e', { role: 'assistant' }),
      message('z', null),
    );
  });
  afterAll(() => store.close());

  test('a message is read as it was stored', async () => {
    const row = await messages.byIdInChat('c1', 'd');
    expect(row).toMatchObject({
      parentId: 'a',
      role: 'assistant',
      content: 'text of d',
      reasoning: 'hm',
      reasoningMs: 1_200,
      model: 'm',
      edited: false,
      error: null,
      createdAt: clock.now,
    });
    expect(await messages.byIdInChat('another', 'd')).toBeUndefined();
  });

  test('a branch is read from its leaf up to the limit, oldest first', async () => {
    expect((await messages.branch('c1', 'f', 10)).map((row) => row.id)).toEqual(['a', 'd', 'e', 'f']);
    expect((await messages.branch('c1', 'f', 2)).map((row) => row.id)).toEqual(['e', 'f']);
    expect(await messages.branch('another', 'f', 10)).toEqual([]);
    const bytesOfEach = 'text of f'.length;
    const upTo = async (bytes: number) =>
      (await messages.branch('c1', 'f', 10, bytes)).map((row) => row.id).join('');
    expect(await upTo(bytesOfEach * 2)).toBe('ef');
    expect(await upTo(bytesOfEach * 2 - 1)).toBe('f');
    // The leaf is read even if it alone is larger, and reasoning counts.
    expect(await upTo(1)).toBe('f');
    expect(await upTo(bytesOfEach * 3 + 1)).toBe('ef');
    expect(await upTo(bytesOfEach * 3 + 2)).toBe('def');
  });

  test('siblings are all messages with the same parent, oldest first', async () => {
    const branch = await messages.branch('c1', 'f', 10);
    const siblings = await messages.siblings('c1', branch);
    expect(siblings.get('')).toEqual(['a', 'z']);
    expect(siblings.get('a')).toEqual(['b', 'd']);
    expect(siblings.get('e')).toEqual(['f']);
  });

  test('the newest leaf follows the newest child at every step', async () => {
    expect(await messages.newestLeafBelow('c1', 'a')).toBe('f');
    expect(await messages.newestLeafBelow('c1', 'b')).toBe('c');
    expect(await messages.newestLeafBelow('another', 'a')).toBeUndefined();
  });

  test('a cycle in the tree ends every walk', async () => {
    await chats.insert({ id: 'cyclic', ownerId: 'bob', title: 'Round' });
    const inCycle = (id: string, parentId: string) => ({ ...message(id, parentId), chatId: 'cyclic' });
    await messages.insert(inCycle('p', 'r'), inCycle('q', 'p'), inCycle('r', 'q'));
    expect(await messages.branch('cyclic', 'r', 50)).toHaveLength(3);
    expect(await messages.newestLeafBelow('cyclic', 'p')).toBeDefined();
    expect((await messages.subtree('cyclic', 'p')).sort()).toEqual(['p', 'q', 'r']);
    await chats.remove('cyclic');
  });

  test('a chain of 5,000 messages is read, cut and removed', async () => {
    await chats.insert({ id: 'long', ownerId: 'bob', title: 'Long' });
    const chain = Array.from({ length: 5_000 }, (_, i) => ({
      ...message(`l${i}`, i === 0 ? null : `l${i - 1}`),
      chatId: 'long',
    }));
    await messages.insert(...chain);
    expect(await messages.newestLeafBelow('long', 'l0')).toBe('l4999');
    expect(await messages.branch('long', 'l4999', 20_000)).toHaveLength(5_000);
    const belowCut = await messages.subtree('long', 'l100');
    expect(belowCut).toHaveLength(4_900);
    await messages.remove('long', belowCut);
    expect(await messages.pageOfChat('long', 0, 5_000)).toHaveLength(100);
    await chats.remove('long');
    expect(await messages.pageOfChat('long', 0, 5_000)).toEqual([]);
  });

  test('an idempotency key is unique within its chat', async () => {
    expect((await messages.byIdempotencyKey('c1', 'key-1'))?.id).toBe('e');
    const twice = messages.insert(message('again', null, { idempotencyKey: 'key-1' }));
    expect(isUniqueViolation(await rejectionOf(twice))).toBe(true);
  });

  test('an imported chat is unique per owner, source and source id', async () => {
    const imported = { title: 'T', source: 'chatgpt', sourceId: 'x' };
    await chats.insert({ id: 'i1', ownerId: 'ann', ...imported });
    await chats.insert({ id: 'i2', ownerId: 'bob', ...imported });
    const twice = chats.insert({ id: 'i3', ownerId: 'ann', ...imported });
    expect(isUniqueViolation(await rejectionOf(twice))).toBe(true);
    expect((await chats.bySource('ann', 'chatgpt', 'x'))?.id).toBe('i1');
    await chats.remove('i1');
    await chats.remove('i2');
  });

  test('a failed transaction leaves nothing behind', async () => {
    const failing = store.tx(async () => {
      await chats.insert({ id: 'ghost', ownerId: 'ann', title: 'Ghost' });
      expect(await chats.byId('ghost')).toBeDefined();
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    expect(await chats.byId('ghost')).toBeUndefined();
  });

  test('50 concurrent writers of one chat all increment its version', async () => {
    const before = (await chats.byId('c1'))!.version;
    await Promise.all(Array.from({ length: 50 }, () => store.tx(() => chats.incrementVersion('c1'))));
    expect((await chats.byId('c1'))!.version).toBe(before + 50);
  });

  describe('ChatQueries.list', () => {
    beforeAll(async () => {
      for (let i = 0; i < 45; i++) {
        // Several chats share an update time, so that the id breaks the tie.
        const updatedAt = clock.now + Math.floor(i / 4);
        await chats.insert({
          id: `n${i}`,
          ownerId: 'bob',
          title: `Plan ${i} für Ümit`,
          updatedAt,
          pinned: i === 3,
        });
      }
      await chats.insert({ id: 'archived', ownerId: 'bob', title: 'Archived plan', archived: true });
    });

    const listAll = async (options: { query?: string; pinned?: boolean; archived?: boolean }) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const { items, nextCursor } = await chats.list({
          ownerId: 'bob',
          archived: false,
          limit: 10,
          cursor,
          ...options,
        });
        ids.push(...items.map((item) => item.id));
        cursor = nextCursor ?? undefined;
      } while (cursor);
      return ids;
    };

    test('contains every chat once across its pages, newest first', async () => {
      const ids = await listAll({});
      expect(ids).toHaveLength(45);
      expect(new Set(ids).size).toBe(45);
      expect(ids[0]).toBe('n44');
    });

    test('separates pinned and archived chats', async () => {
      expect(await listAll({ pinned: true })).toEqual(['n3']);
      expect(await listAll({ pinned: false })).toHaveLength(44);
      expect(await listAll({ archived: true })).toEqual(['archived']);
    });

    test('finds titles case-insensitively, anywhere in the title', async () => {
      expect(await listAll({ query: 'ÜMIT' })).toHaveLength(45);
      expect(await listAll({ query: 'lan 44' })).toEqual(['n44']);
      expect(await listAll({ query: '100%' })).toEqual([]);
      expect(await listAll({ query: 'Plan_1' })).toEqual([]);
    });

    test('finds messages of the owner by word prefixes, with few and with many matches', async () => {
      await messages.insert({ ...message('n7-1', null, { content: 'The Zebra crossing' }), chatId: 'n7' });
      await messages.insert({ ...message('secret', null, { content: 'zebra of another' }), chatId: 'c1' });
      expect(await listAll({ query: 'zeb cross' })).toEqual(['n7']);
      expect(await listAll({ query: 'zebra nothing' })).toEqual([]);
      const common = Array.from({ length: 400 }, (_, i) => ({
        ...message(`common-${i}`, null, { content: 'ubiquitous' }),
        chatId: i % 2 === 0 ? 'n1' : 'n2',
      }));
      await messages.insert(...common);
      expect(await listAll({ query: 'ubiquitous' })).toEqual(['n2', 'n1']);
    });

    test.each(['"', "'; drop table chats; --", 'a AND OR NOT', '*', '(', 'NEAR(a b)', ':', '-', '\\', '%'])(
      'treats %j as text, not as an operator',
      async (query) => {
        expect(Array.isArray(await listAll({ query }))).toBe(true);
      },
    );

    test('finds an answer once it is complete, and no longer after its chat is removed', async () => {
      await messages.insert({
        ...message('live', null, { content: 'quokka', status: 'streaming' }),
        chatId: 'n9',
      });
      if (store.dialect.name === 'sqlite') expect(await listAll({ query: 'quokka' })).toEqual([]);
      await messages.update('live', { content: 'quokka again', status: 'complete' });
      expect(await listAll({ query: 'quokka again' })).toEqual(['n9']);
      await chats.remove('n9');
      expect(await listAll({ query: 'quokka' })).toEqual([]);
    });

    test('refuses a forged cursor', async () => {
      const forged = chats.list({ ownerId: 'bob', archived: false, limit: 10, cursor: 'e30' });
      await expect(forged).rejects.toMatchObject({ code: 'invalid_request' });
    });
  });

  test('a long list of messages is removed with pauses', async () => {
    await chats.insert({ id: 'long', ownerId: 'ann', title: 'Long' });
    const rows = Array.from({ length: 1_200 }, (_, i) => message(`l${i}`, null, { chatId: 'long' }));
    await messages.insert(...rows);
    let pauses = 0;
    const pauseTx = store.pauseTx.bind(store);
    store.pauseTx = () => {
      pauses++;
      return pauseTx();
    };
    await store.tx(() =>
      messages.remove(
        'long',
        rows.map(({ id }) => id),
      ),
    );
    store.pauseTx = pauseTx;
    expect(pauses).toBe(2);
    expect(await messages.nodesOfChat('long', undefined, 10)).toEqual([]);
  });
});
