import { and, eq, sql } from 'drizzle-orm';
import type { Store } from '../../platform/db/store.ts';

/** A link as a viewer's permission and the top of its page need it. Prepared: it is asked with every page that is opened. */
export function viewedQuery({ db, t }: Store) {
  const { sharedLinks, sharedLinkVersions, sharedLinkAudience, users } = t;
  const named = sql<boolean>`exists (select 1 from ${sharedLinkAudience} where ${sharedLinkAudience.linkId} = ${sharedLinks.id} and ${sharedLinkAudience.kind} = 'user' and ${sharedLinkAudience.principalId} = ${sql.placeholder('viewerId')})`;
  return db
    .select({
      id: sharedLinks.id,
      chatId: sharedLinks.chatId,
      ownerId: sharedLinks.ownerId,
      title: sharedLinks.title,
      showAuthor: sharedLinks.showAuthor,
      audienceKind: sharedLinks.audienceKind,
      expiresAt: sharedLinks.expiresAt,
      pausedReason: sharedLinks.pausedReason,
      revokedAt: sharedLinks.revokedAt,
      version: sharedLinks.currentVersion,
      createdAt: sharedLinks.createdAt,
      snapshotAt: sharedLinkVersions.createdAt,
      ownerName: users.name,
      ownerRole: users.role,
      ownerActive: users.active,
      named: named.mapWith(Boolean),
    })
    .from(sharedLinks)
    .innerJoin(users, eq(users.id, sharedLinks.ownerId))
    .innerJoin(
      sharedLinkVersions,
      and(
        eq(sharedLinkVersions.linkId, sharedLinks.id),
        eq(sharedLinkVersions.number, sharedLinks.currentVersion),
      ),
    )
    .where(eq(sharedLinks.id, sql.placeholder('id')))
    .limit(1)
    .prepare('shared_link_for_viewer');
}

export type ViewedQuery = ReturnType<typeof viewedQuery>;
