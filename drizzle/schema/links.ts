import { sql } from 'drizzle-orm';
import type { defineConversations } from './conversations.ts';
import type { Kit } from './kit.ts';
import type { definePeople } from './people.ts';

type Tables = ReturnType<typeof definePeople> & ReturnType<typeof defineConversations>;

function defineSharedLinks(k: Kit, { users, chats }: Tables) {
  return k.table(
    'shared_links',
    {
      id: k.text('id').primaryKey(),
      chatId: k
        .text('chat_id')
        .notNull()
        .references(() => chats.id, { onDelete: 'cascade' }),
      ownerId: k
        .text('owner_id')
        .notNull()
        .references(() => users.id, { onDelete: 'cascade' }),
      title: k.text('title').notNull(),
      titleKey: k.text('title_key').notNull(),
      showAuthor: k.bool('show_author').notNull(),
      /** Links from before this option default to true: their snapshots include it. */
      includeReasoning: k.bool('include_reasoning').notNull().default(true),
      audienceKind: k.text('audience_kind').$type<'instance' | 'restricted'>().notNull(),
      expiresAt: k.ms('expires_at'),
      /** Set when the audit log has recorded the expiry; cleared when the expiry changes. */
      expiryRecordedAt: k.ms('expiry_recorded_at'),
      currentVersion: k.int('current_version').notNull(),
      /** Set while the link is paused. Reserved for the sharing policy, for example when an owner leaves. */
      pausedReason: k.text('paused_reason'),
      revokedAt: k.ms('revoked_at'),
      revokedBy: k.text('revoked_by'),
      /** `admin` is reserved for the admins' overview of links. */
      revokedReason: k.text('revoked_reason').$type<'owner' | 'owner_bulk' | 'admin'>(),
      /** Reserved for the monthly review. */
      lastReviewedAt: k.ms('last_reviewed_at'),
      createdAt: k.ms('created_at').notNull(),
      updatedAt: k.ms('updated_at').notNull(),
    },
    (t) => [
      // One live link per chat. Revoked links are kept as tombstones, so that their ids are never served again.
      k
        .uniqueIndex('shared_links_live')
        .on(t.chatId)
        .where(sql`revoked_at is null`),
      // The indexes of lists include `revoked_at`: SQLite checks it again, and would otherwise read the row.
      k
        .index('shared_links_updated')
        .on(t.ownerId, t.updatedAt, t.id, t.titleKey, t.revokedAt)
        .where(sql`revoked_at is null`),
      k
        .index('shared_links_title')
        .on(t.ownerId, t.titleKey, t.id, t.revokedAt)
        .where(sql`revoked_at is null`),
      k
        .index('shared_links_expiring')
        .on(t.expiresAt)
        .where(sql`revoked_at is null and expiry_recorded_at is null and expires_at is not null`),
      k.index('shared_links_chat').on(t.chatId),
    ],
  );
}
type SharedLinks = ReturnType<typeof defineSharedLinks>;

function defineSharedLinkVersions(k: Kit, sharedLinks: SharedLinks) {
  return k.table(
    'shared_link_versions',
    {
      linkId: k
        .text('link_id')
        .notNull()
        .references(() => sharedLinks.id, { onDelete: 'cascade' }),
      number: k.int('number').notNull(),
      messageCount: k.int('message_count').notNull(),
      /** SHA-256 of the serialized messages. */
      contentHash: k.text('content_hash').notNull(),
      /** `chats.version` when the snapshot was made: while equal, the chat has not changed since. */
      chatVersion: k.int('chat_version').notNull(),
      createdAt: k.ms('created_at').notNull(),
      /** The messages as JSON, compressed with Brotli, never changed. Last, so that SQLite reads the rest without it. */
      body: k.blob('body').notNull(),
    },
    (t) => [k.primaryKey({ columns: [t.linkId, t.number] })],
  );
}

/** The people (later also groups) in the audience of restricted links. */
function defineSharedLinkAudience(k: Kit, sharedLinks: SharedLinks) {
  return k.table(
    'shared_link_audience',
    {
      linkId: k
        .text('link_id')
        .notNull()
        .references(() => sharedLinks.id, { onDelete: 'cascade' }),
      kind: k.text('kind').$type<'user' | 'group'>().notNull(),
      principalId: k.text('principal_id').notNull(),
    },
    (t) => [k.primaryKey({ columns: [t.linkId, t.kind, t.principalId] })],
  );
}

/** Shared links, their immutable versions, and their audiences. */
export function defineLinks(k: Kit, tables: Tables) {
  const sharedLinks = defineSharedLinks(k, tables);
  return {
    sharedLinks,
    sharedLinkVersions: defineSharedLinkVersions(k, sharedLinks),
    sharedLinkAudience: defineSharedLinkAudience(k, sharedLinks),
  };
}
