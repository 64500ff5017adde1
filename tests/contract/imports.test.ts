import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import type {
  ImportedChat,
  ImportedMessage,
} from '../../server/src/features/imports/formats/importedChat.ts';
import { ImportQueries } from '../../server/src/features/imports/imports.queries.ts';
import { MessageQueries } from '../../server/src/features/messages/messages.queries.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const message = (externalId: string, parentExternalId: string | null): ImportedMessage => ({
  externalId,
  parentExternalId,
  role: parentExternalId === null ? 'user' : 'assistant',
  content: `text of ${externalId}`,
  reasoning: null,
  reasoningMs: null,
  model: null,
  createdAt: 1_700_000_000_000,
});

const imported = (fields: Partial<ImportedChat> = {}): ImportedChat => ({
  source: 'openwebui',
  externalId: 'one',
  title: 'Bäume',
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_060_000,
  archived: false,
  pinned: true,
  model: 'm',
  settings: { temperature: 0.5 },
  activeExternalId: 'b',
  messages: [message('a', null), message('b', 'a'), message('c', 'a')],
  ...fields,
});

describe.each(backends)('imports on $name', (backend) => {
  let store: Store;
  let chats: ChatQueries;
  let messages: MessageQueries;
  let imports: ImportQueries;

  beforeAll(async () => {
    store = await backend.open();
    const platform = createTestPlatform(store);
    chats = new ChatQueries(platform);
    messages = new MessageQueries(platform);
    imports = new ImportQueries(platform, chats, messages);
    const users = new UserQueries(platform);
    for (const id of ['ann', 'bob']) {
      await users.insert({ id, name: id, email: `${id}@example.org`, role: 'user', passwordHash: '' });
    }
  });
  afterAll(() => store.close());
  const insert = (owner: string, chat: ImportedChat) => store.tx(() => imports.insert(owner, chat));

  test('a chat is imported once per user and source', async () => {
    expect(await insert('ann', imported())).toBe(true);
    expect(await insert('ann', imported({ title: 'Other' }))).toBe(false);
    expect(await Promise.all([insert('bob', imported()), insert('bob', imported())])).toContain(false);
    expect(await insert('ann', imported({ source: 'chatgpt' }))).toBe(true);
    expect(await store.db.$count(store.t.chats, eq(store.t.chats.ownerId, 'bob'))).toBe(1);
    const { id } = (await chats.bySource('bob', 'openwebui', 'one'))!;
    expect(await messages.pageOfChat(id, 0, 10)).toHaveLength(3);
  });

  test('a chat keeps its fields, its tree and its active branch', async () => {
    const chat = (await chats.bySource('ann', 'openwebui', 'one'))!;
    expect(chat).toMatchObject({
      title: 'Bäume',
      pinned: true,
      model: 'm',
      settings: { temperature: 0.5 },
      messageCount: 3,
      updatedAt: 1_700_000_060_000,
    });
    const branch = await messages.branch(chat.id, chat.activeMessageId!, 10);
    expect(branch.map(({ content }) => content)).toEqual(['text of a', 'text of b']);
    const siblings = await messages.siblings(chat.id, branch);
    expect(siblings.get(branch[0]!.id)).toHaveLength(2);
  });

  test('a chat exported from this instance is not imported again by its owner', async () => {
    await chats.insert({ id: 'native', ownerId: 'ann', title: 'Made here' });
    expect(await insert('ann', imported({ externalId: 'native' }))).toBe(false);
    expect(await insert('bob', imported({ externalId: 'native' }))).toBe(true);
  });

  test('a long chat is imported completely and found by its text', async () => {
    const chain = Array.from({ length: 1_001 }, (_, index) =>
      message(`m${index}`, index === 0 ? null : `m${index - 1}`),
    );
    const long = imported({ externalId: 'long', messages: chain, activeExternalId: 'm1000' });
    expect(await insert('ann', long)).toBe(true);
    const chat = (await chats.bySource('ann', 'openwebui', 'long'))!;
    expect(await messages.branch(chat.id, chat.activeMessageId!, 5_000)).toHaveLength(1_001);
    const found = await chats.list({ ownerId: 'ann', query: 'm1000', archived: false, limit: 10 });
    expect(found.items.map(({ id }) => id)).toEqual([chat.id]);
  });

  test('a long chat does not block reads, which see all of it or nothing', async () => {
    const chain = Array.from({ length: 1_001 }, (_, index) =>
      message(`m${index}`, index === 0 ? null : `m${index - 1}`),
    );
    const long = imported({ externalId: 'read beside', messages: chain, activeExternalId: 'm1000' });
    const count = () => store.db.$count(store.t.messages);
    const before = await count();
    let finished = false;
    const inserting = insert('ann', long).finally(() => (finished = true));
    const counts: number[] = [];
    while (!finished) {
      counts.push(await count());
      await new Promise(setImmediate);
    }
    await inserting;
    expect([before, before + 1_001]).toEqual(expect.arrayContaining(counts));
    // The other databases have one connection here, so reads wait for the transaction.
    if (backend.name === 'SQLite') expect(counts.length).toBeGreaterThan(5);
  });

  test('nothing of a chat remains if its transaction fails', async () => {
    const failing = store.tx(async () => {
      await imports.insert('ann', imported({ externalId: 'failing' }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await chats.bySource('ann', 'openwebui', 'failing')).toBeUndefined();
  });
});
