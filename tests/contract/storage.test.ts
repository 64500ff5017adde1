import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StorageQueries } from '../../server/src/features/chats/storage.queries.ts';
import { SharingQueries } from '../../server/src/features/sharing/sharing.queries.ts';
import { StorageService } from '../../server/src/features/usage/storage.service.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import type { Platform } from '../../server/src/platform/platform.ts';
import { Conversations } from '../support/conversation.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

/** Bytes of a chat without messages and settings, and of a message without text. */
const [chatBytes, messageBytes] = [502, 200];

describe.each(backends)('storage on $name', ({ open }) => {
  let store: Store;
  let platform: Platform;
  let conversations: Conversations;
  let queries: StorageQueries;
  let storage: StorageService;
  let people = 0;
  let ann: string;

  beforeAll(async () => {
    store = await open();
    platform = createTestPlatform(store);
    conversations = new Conversations(platform);
    queries = new StorageQueries(platform);
    storage = new StorageService(platform, { queries, messages: conversations.messages });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    ann = `ann${String(++people).padStart(3, '0')}`;
    const email = `${ann}@example.org`;
    const user = { id: ann, name: 'Ann', email, role: 'user', passwordHash: '' } as const;
    await new UserQueries(platform).insert(user);
  });

  const publish = async (chatId: string, bytes: number) => {
    const links = new SharingQueries(platform);
    const link = {
      id: `link-${chatId}`,
      chatId,
      ownerId: ann,
      title: 'Link',
      titleKey: 'link',
      showAuthor: true,
      includeReasoning: false,
      audienceKind: 'instance' as const,
      expiresAt: null,
      createdAt: 0,
    };
    const version = { linkId: link.id, messageCount: 1, contentHash: 'x', chatVersion: 1, createdAt: 0 };
    await store.tx(async () => {
      await links.insert(link);
      await links.insertVersion({ ...version, number: 1, body: Buffer.alloc(bytes, 1) });
      await conversations.chats.addBytes(chatId, bytes);
    });
  };

  test('it is the bytes of questions, answers and reasoning, and a little for each row', async () => {
    await conversations.create(ann, {
      turns: [{ content: 'né' }, { content: 'four', reasoning: 'because' }],
    });
    expect(await storage.ofPerson(ann)).toBe(chatBytes + 2 * messageBytes + 3 + 4 + 7);
  });

  test('it follows new, changed and removed messages', async () => {
    const chatId = await conversations.create(ann, { turns: [{ content: 'four' }] });
    const before = await storage.ofPerson(ann);
    const [id] = await conversations.addMessages(chatId, { content: 'twelve bytes' });
    expect(await storage.ofPerson(ann)).toBe(before + messageBytes + 12);
    await conversations.messages.update(id!, { content: 'six' });
    await conversations.chats.incrementVersion(chatId);
    expect(await storage.ofPerson(ann)).toBe(before + messageBytes + 3);
    await conversations.messages.remove(chatId, [id!]);
    await conversations.chats.incrementVersion(chatId);
    expect(await storage.ofPerson(ann)).toBe(before);
  });

  test('it includes the snapshots of links, whether they were made before or after it was counted', async () => {
    const [first, second] = [await conversations.create(ann), await conversations.create(ann)];
    await publish(first, 10_000);
    const counted = await storage.ofPerson(ann);
    await publish(second, 5_000);
    expect(await storage.ofPerson(ann)).toBe(counted + 5_000);
    await conversations.addMessages(second, { content: 'four' });
    expect(await storage.ofPerson(ann)).toBe(counted + 5_000 + messageBytes + 4);
  });

  test('it includes system prompts', async () => {
    const chatId = await conversations.create(ann);
    const before = await storage.ofPerson(ann);
    await conversations.chats.update(chatId, { settings: { systemPrompt: 'x'.repeat(30_000) } });
    expect(await storage.ofPerson(ann)).toBeGreaterThan(before + 30_000);
  });

  test('it ends with the chat', async () => {
    const chatId = await conversations.create(ann);
    expect(await storage.ofPerson(ann)).toBeGreaterThan(0);
    await conversations.chats.remove(chatId);
    expect(await storage.ofPerson(ann)).toBe(0);
  });

  test('a chat with thousands of messages is counted completely', async () => {
    const chatId = await conversations.create(ann, { turns: [] });
    const rows = Array.from({ length: 2_500 }, (_, i) => ({
      id: `${chatId}-${i}`,
      chatId,
      parentId: i === 0 ? null : `${chatId}-${i - 1}`,
      role: 'user' as const,
      content: 'ten bytes!',
      status: 'complete' as const,
    }));
    await conversations.messages.insert(...rows);
    await conversations.chats.incrementVersion(chatId, { messageCount: rows.length });
    expect(await storage.ofPerson(ann)).toBe(chatBytes + 2_500 * (messageBytes + 10));
  });

  test('hundreds of chats are counted completely', async () => {
    await store.tx(async () => {
      for (let i = 0; i < 230; i++) await conversations.create(ann, { turns: [] });
    });
    expect(await storage.ofPerson(ann)).toBe(230 * chatBytes);
    expect(await queries.uncounted(ann, null, 10)).toEqual([]);
  });

  test('what was counted while the chat changed is not stored', async () => {
    const chatId = await conversations.create(ann, { turns: [{ content: 'four' }] });
    const [chat] = await queries.uncounted(ann, null, 10);
    await conversations.addMessages(chatId, { content: 'four' });
    await queries.setCounted([{ ...chat!, bytes: 1 }]);
    expect(await queries.total(ann)).toBe(0);
    const [changed] = await queries.uncounted(ann, null, 10);
    await publish(chatId, 100);
    await queries.setCounted([{ ...changed!, bytes: 1 }]);
    expect(await storage.ofPerson(ann)).toBe(chatBytes + 2 * (messageBytes + 4) + 100);
  });

  test('everyone is counted, including people without chats', async () => {
    await conversations.create(ann, { turns: [{ content: 'four' }] });
    const user = { name: 'New', email: `${ann}@new`, role: 'user', passwordHash: '' } as const;
    await new UserQueries(platform).insert({ id: `new-${ann}`, ...user });
    await storage.countAll();
    expect(await queries.countUncounted()).toBe(0);
    const everyone = new Map((await storage.everyone()).map(({ id, bytes }) => [id, bytes]));
    expect(everyone.get(ann)).toBe(chatBytes + messageBytes + 4);
    expect(everyone.get(`new-${ann}`)).toBe(0);
  });
});
