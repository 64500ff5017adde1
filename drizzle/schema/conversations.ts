import { sql } from 'drizzle-orm';
import type { Kit } from './kit.ts';
import type { definePeople } from './people.ts';

export interface StoredChatSettings {
  systemPrompt?: string;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
}

type People = ReturnType<typeof definePeople>;

function defineChats(k: Kit, { users }: People) {
  return k.table(
    'chats',
    {
      id: k.text('id').primaryKey(),
      ownerId: k
        .text('owner_id')
        .notNull()
        .references(() => users.id, { onDelete: 'cascade' }),
      title: k.text('title').notNull(),
      /** The title folded for search; see `foldText`. */
      titleKey: k.text('title_key').notNull(),
      /** Whether the title was made from the first exchange; a model's suggestion may then replace it. */
      titleIsAutomatic: k.bool('title_is_automatic').notNull().default(true),
      pinned: k.bool('pinned').notNull().default(false),
      archived: k.bool('archived').notNull().default(false),
      model: k.text('model'),
      settings: k.json<StoredChatSettings>('settings').notNull(),
      /** The leaf of the active branch; null in an empty chat. */
      activeMessageId: k.text('active_message_id'),
      /** Incremented when the messages or the active branch change; links compare their snapshot with it. */
      version: k.int('version').notNull().default(0),
      messageCount: k.int('message_count').notNull().default(0),
      /** Origin and id of an imported chat, or `client` and an idempotency key; unique per owner. Null for others. */
      source: k.text('source'),
      sourceId: k.text('source_id'),
      continuedFromTitle: k.text('continued_from_title'),
      /** The storage that the chat takes, counted when the chat was at `countedVersion`; see `StorageService`. */
      bytes: k.ms('bytes').notNull().default(0),
      /** -1: never counted. While it differs from `version`, `bytes` is out of date. */
      countedVersion: k.int('counted_version').notNull().default(-1),
      createdAt: k.ms('created_at').notNull(),
      updatedAt: k.ms('updated_at').notNull(),
    },
    (t) => [
      // The index includes the title, so that a title search reads only the rows it returns.
      k.index('chats_list').on(t.ownerId, t.archived, t.updatedAt, t.id, t.titleKey),
      k.index('chats_pinned').on(t.ownerId, t.archived, t.pinned, t.updatedAt, t.id),
      k.uniqueIndex('chats_source').on(t.ownerId, t.source, t.sourceId),
      k.index('chats_storage').on(t.ownerId, t.bytes),
      k
        .index('chats_uncounted')
        .on(t.ownerId)
        .where(sql`counted_version <> version`),
    ],
  );
}

function defineMessages(k: Kit, chats: ReturnType<typeof defineChats>) {
  return k.table(
    'messages',
    {
      /** Order of creation, and the key of the full-text index. */
      seq: k.seq('seq'),
      id: k.text('id').notNull(),
      chatId: k
        .text('chat_id')
        .notNull()
        .references(() => chats.id, { onDelete: 'cascade' }),
      // No foreign key: SQLite stops a cascade after 1,000 levels, and chats can be deeper. Removal walks the tree instead.
      parentId: k.text('parent_id'),
      role: k.text('role').$type<'user' | 'assistant'>().notNull(),
      content: k.text('content').notNull(),
      reasoning: k.text('reasoning'),
      reasoningMs: k.int('reasoning_ms'),
      model: k.text('model'),
      status: k
        .text('status')
        .$type<'complete' | 'streaming' | 'stopped' | 'interrupted' | 'failed'>()
        .notNull(),
      error: k.text('error'),
      /** The node that writes the answer, while its status is `streaming`. */
      writerId: k.text('writer_id'),
      edited: k.bool('edited').notNull().default(false),
      /** Set by clients that retry; unique per chat. */
      idempotencyKey: k.text('idempotency_key'),
      createdAt: k.ms('created_at').notNull(),
    },
    (t) => [
      k.uniqueIndex('messages_id').on(t.id),
      k.index('messages_tree').on(t.chatId, t.parentId, t.seq),
      k.index('messages_status').on(t.status),
      k
        .uniqueIndex('messages_idempotency_key')
        .on(t.chatId, t.idempotencyKey)
        .where(sql`idempotency_key is not null`),
    ],
  );
}

/** Chats and their message trees: one row per message, never one document per chat. */
export function defineConversations(k: Kit, people: People) {
  const chats = defineChats(k, people);
  return { chats, messages: defineMessages(k, chats) };
}
