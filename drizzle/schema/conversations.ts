import { sql } from 'drizzle-orm';
import type { Kit } from './kit.ts';
import type { definePeople } from './people.ts';

export interface StoredChatSettings {
  systemPrompt?: string;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
}

/** Chats and their trees of messages: rows, never one document per chat. */
export function defineConversations(k: Kit, { users }: ReturnType<typeof definePeople>) {
  const chats = k.table(
    'chats',
    {
      id: k.text('id').primaryKey(),
      ownerId: k
        .text('owner_id')
        .notNull()
        .references(() => users.id, { onDelete: 'cascade' }),
      title: k.text('title').notNull(),
      /** The title folded for comparison; see `foldTitle`. */
      titleKey: k.text('title_key').notNull(),
      /** Made from the first exchange, and so may still be replaced by a better one. */
      titleIsAutomatic: k.bool('title_is_automatic').notNull().default(true),
      pinned: k.bool('pinned').notNull().default(false),
      archived: k.bool('archived').notNull().default(false),
      model: k.text('model'),
      settings: k.json<StoredChatSettings>('settings').notNull(),
      /** The end of the branch being read; null in an empty chat. */
      activeMessageId: k.text('active_message_id'),
      /** Grows with every change of the messages or of the active branch; snapshots are compared with it. */
      version: k.int('version').notNull().default(0),
      messageCount: k.int('message_count').notNull().default(0),
      /** Where an imported or retried chat came from, unique per owner; null for others. */
      source: k.text('source'),
      sourceId: k.text('source_id'),
      continuedFromTitle: k.text('continued_from_title'),
      createdAt: k.ms('created_at').notNull(),
      updatedAt: k.ms('updated_at').notNull(),
    },
    (t) => [
      // The title stands in the index so that a search by title reads no row it does not return.
      k.index('chats_list').on(t.ownerId, t.archived, t.updatedAt, t.id, t.titleKey),
      k.index('chats_pinned').on(t.ownerId, t.archived, t.pinned, t.updatedAt, t.id),
      k.uniqueIndex('chats_source').on(t.ownerId, t.source, t.sourceId),
    ],
  );

  const messages = k.table(
    'messages',
    {
      /** The order of making, and what full-text search points at. */
      seq: k.seq('seq'),
      id: k.text('id').notNull(),
      chatId: k
        .text('chat_id')
        .notNull()
        .references(() => chats.id, { onDelete: 'cascade' }),
      // No foreign key: SQLite stops a cascade after 1,000 levels, and chats run deeper. Removal walks the tree itself.
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
      edited: k.bool('edited').notNull().default(false),
      /** Given by a client that may retry; unique per chat. */
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

  return { chats, messages };
}
