import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { createFeatures } from '../../server/src/features.ts';
import { AudienceQueries } from '../../server/src/features/sharing/audience.queries.ts';
import type { SnapshotPublisher } from '../../server/src/features/sharing/publish.service.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import { isUnavailable } from '../../server/src/platform/db/dbErrors.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import type { Actor } from '../../server/src/platform/policy.ts';
import { Conversations } from '../support/conversation.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const ann: Actor = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' };
const bob: Actor = { id: 'bob', name: 'Bob', email: 'bob@example.org', role: 'user' };

/** Services under simultaneous requests, whose outcome depends on the database. */
describe.each(backends)('sharing on $name', ({ open }) => {
  let store: Store;
  let features: ReturnType<typeof createFeatures>;
  let conversations: Conversations;
  let audiences: AudienceQueries;
  const clock = { now: 1_750_000_000_000 };

  beforeAll(async () => {
    store = await open();
    const platform = createTestPlatform(store, clock);
    features = createFeatures(platform, 'a secret for tests only');
    conversations = new Conversations(platform);
    audiences = new AudienceQueries(platform);
    const users = new UserQueries(platform);
    for (const { id, name, email } of [ann, bob]) {
      await users.insert({ id, name, email, role: 'user', passwordHash: '' });
    }
  });
  afterAll(async () => {
    await features.sharing.stop();
    await store.close();
  });

  const sharing = () => features.sharing.sharing;
  /** Publishes, and tries again while the database refuses it because too many wait for the same row. */
  const publish: SnapshotPublisher['publish'] = async (...args) => {
    for (;;) {
      try {
        return await features.sharing.publisher.publish(...args);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
  };
  const linksOf = (chatId: string) =>
    store.db.select().from(store.t.sharedLinks).where(eq(store.t.sharedLinks.chatId, chatId));
  const versionsOf = async (linkId: string) => {
    const { sharedLinkVersions } = store.t;
    const rows = await store.db
      .select()
      .from(sharedLinkVersions)
      .where(eq(sharedLinkVersions.linkId, linkId))
      .orderBy(sharedLinkVersions.number);
    return rows.map((row) => ({
      number: row.number,
      messages: row.messageCount,
      chatVersion: row.chatVersion,
    }));
  };
  const outcomes = async (tasks: Promise<unknown>[]) =>
    (await Promise.allSettled(tasks)).map((result) =>
      result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code,
    );

  test('twenty simultaneous requests to publish a chat create one link with one version', async () => {
    const chatId = await conversations.create('ann');
    const published = await Promise.all(Array.from({ length: 20 }, () => publish(ann, chatId, {})));
    expect(published.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(published.map(({ link }) => link.id)).size).toBe(1);
    const links = await linksOf(chatId);
    expect(links).toHaveLength(1);
    expect(await versionsOf(links[0]!.id)).toEqual([{ number: 1, messages: 2, chatVersion: 1 }]);
  });

  test('twenty simultaneous requests to refresh a link add one version', async () => {
    const chatId = await conversations.create('ann');
    const { link } = await publish(ann, chatId, {});
    await conversations.addMessages(chatId, {}, {});
    await Promise.all(Array.from({ length: 20 }, (_, i) => publish(ann, chatId, { title: `Title ${i}` })));
    expect(await versionsOf(link.id)).toEqual([
      { number: 1, messages: 2, chatVersion: 1 },
      { number: 2, messages: 4, chatVersion: 2 },
    ]);
  });

  test('a snapshot holds the chat at one version while the chat grows', async () => {
    const chatId = await conversations.create('ann');
    const { link } = await publish(ann, chatId, {});
    const growing = (async () => {
      for (let i = 0; i < 25; i++) await conversations.addMessages(chatId, {}, {});
    })();
    const refreshing = (async () => {
      const results: string[] = [];
      for (let i = 0; i < 12; i++) results.push(...(await outcomes([publish(ann, chatId, {})])));
      return results;
    })();
    await growing;
    for (const result of await refreshing) expect(['done', 'chat_changing']).toContain(result);
    await publish(ann, chatId, {});
    const versions = await versionsOf(link.id);
    for (const { messages, chatVersion } of versions) expect(messages).toBe(chatVersion * 2);
    expect(versions.at(-1)!.messages).toBe(52);
    expect((await linksOf(chatId))[0]!.currentVersion).toBe(versions.length);
  });

  test('simultaneous changes of an audience leave exactly one of them', async () => {
    const chatId = await conversations.create('ann');
    const { link } = await publish(ann, chatId, {});
    const restricted = (...userIds: string[]) => ({
      audience: { kind: 'restricted' as const, userIds, groupIds: [] },
    });
    const tasks = Array.from({ length: 12 }, (_, i) =>
      sharing().update(ann, link.id, i % 2 === 0 ? restricted('ann') : restricted('bob', 'ann')),
    );
    await Promise.all(tasks);
    const audience = (await audiences.ofRestricted([link.id])).get(link.id);
    expect([['ann'], ['ann', 'bob']]).toContainEqual(audience!.userIds);
  });

  test('simultaneous publishing and restoring of a link leave one live link', async () => {
    for (let round = 0; round < 8; round++) {
      const chatId = await conversations.create('ann');
      const { link } = await publish(ann, chatId, {});
      await features.sharing.revocations.revokeLink(ann, link.id);
      const results = await outcomes([
        publish(ann, chatId, {}),
        features.sharing.revocations.restore(ann, link.id),
        publish(ann, chatId, {}),
      ]);
      expect([results[0], results[2]]).toEqual(['done', 'done']);
      expect(['done', 'shared_again']).toContain(results[1]);
      const live = (await linksOf(chatId)).filter((row) => row.revokedAt === null);
      expect(live).toHaveLength(1);
      expect(await versionsOf(live[0]!.id)).toHaveLength(1);
    }
  });

  test('a link that is refreshed and revoked simultaneously ends up revoked', async () => {
    for (let round = 0; round < 8; round++) {
      const chatId = await conversations.create('ann');
      const { link } = await publish(ann, chatId, {});
      await conversations.addMessages(chatId, {}, {});
      await Promise.all([publish(ann, chatId, {}), features.sharing.revocations.revokeLink(ann, link.id)]);
      const row = (await linksOf(chatId)).find(({ id }) => id === link.id)!;
      expect(row.revokedAt).not.toBeNull();
      await expect(features.sharing.pages.open(bob, link.id)).rejects.toMatchObject({
        kind: 'not_found',
      });
    }
  });

  test('a chat that is deleted while it is published leaves no link', async () => {
    for (let round = 0; round < 8; round++) {
      const chatId = await conversations.create('ann');
      const [outcome] = await outcomes([publish(ann, chatId, {}), conversations.chats.remove(chatId)]);
      expect(['done', 'not_found', 'chat_changing', 'nothing_to_share']).toContain(outcome);
      expect(await linksOf(chatId)).toEqual([]);
    }
  });

  test('a copy is complete or absent when the link is revoked while it is made', async () => {
    for (let round = 0; round < 8; round++) {
      const chatId = await conversations.create('ann', { title: `Copied in round ${round}` });
      const { link } = await publish(ann, chatId, {});
      const [copied] = await outcomes([
        features.sharing.pages.continueChat(bob, link.id),
        features.sharing.revocations.revokeLink(ann, link.id),
      ]);
      const { items } = await conversations.chats.list({
        ownerId: 'bob',
        archived: false,
        limit: 100,
        query: `round ${round}`,
      });
      expect(items).toHaveLength(copied === 'done' ? 1 : 0);
      if (copied === 'done')
        expect(await conversations.messages.pageOfChat(items[0]!.id, 0, 9)).toHaveLength(2);
      else expect(copied).toBe('not_found');
    }
  });

  test('all links of a person are revoked at once', async () => {
    const before = (await sharing().list(bob, { sort: 'title', order: 'asc', limit: 1 })).total;
    expect(before).toBe(0);
    for (let i = 0; i < 30; i++) await publish(bob, await conversations.create('bob'), {});
    expect(await features.sharing.revocations.revokeMany(bob, 'all')).toHaveLength(30);
    expect((await sharing().list(bob, { sort: 'title', order: 'asc', limit: 1 })).total).toBe(0);
  });
});
