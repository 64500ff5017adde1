import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Audience } from '#shared/sharing';
import { preparedQuery } from '../../platform/db/preparedQuery.ts';
import type { Store } from '../../platform/db/store.ts';
import type { Platform } from '../../platform/platform.ts';

type Restricted = Extract<Audience, { kind: 'restricted' }>;
export type ViewedLink = NonNullable<Awaited<ReturnType<AudienceQueries['linkForViewer']>>>;

/** Reads and writes the audiences of links, and reads what decides whether a viewer may read a link. */
export class AudienceQueries {
  #platform: Platform;
  #linkForViewer: () => ReturnType<typeof prepareLinkForViewer>;
  constructor(platform: Platform) {
    this.#platform = platform;
    this.#linkForViewer = preparedQuery(platform.store, () => prepareLinkForViewer(platform.store));
  }
  get #db() {
    return this.#platform.store.db;
  }
  get #t() {
    return this.#platform.store.t;
  }

  /** Returns what decides whether the viewer may read the link, and what its page shows above the messages. */
  async linkForViewer(id: string, viewerId: string) {
    const [row] = await this.#linkForViewer().execute({ id, viewerId });
    return row;
  }

  /** Returns the account status of these people, and whether they are in the link's audience. */
  async viewers(linkId: string, userIds: string[]) {
    const { users } = this.#t;
    // Plain SQL, because Drizzle omits the table name from columns of a query over one table.
    const inAudience = sql<boolean>`exists (select 1 from shared_link_audience a where a.link_id = ${linkId} and a.kind = 'user' and a.principal_id = users.id)`;
    return this.#db
      .select({
        id: users.id,
        role: users.role,
        active: users.active,
        inAudience: inAudience.mapWith(Boolean),
      })
      .from(users)
      .where(inArray(users.id, userIds));
  }

  /** Returns the audiences of these links, all of which must be restricted. */
  async ofRestricted(linkIds: string[]): Promise<Map<string, Restricted>> {
    const { sharedLinkAudience } = this.#t;
    const audiences = new Map<string, Restricted>(
      linkIds.map((id) => [id, { kind: 'restricted', userIds: [], groupIds: [] }]),
    );
    if (linkIds.length === 0) return audiences;
    const rows = await this.#db
      .select()
      .from(sharedLinkAudience)
      .where(inArray(sharedLinkAudience.linkId, linkIds))
      .orderBy(sharedLinkAudience.principalId);
    for (const { linkId, kind, principalId } of rows) {
      audiences.get(linkId)?.[kind === 'user' ? 'userIds' : 'groupIds'].push(principalId);
    }
    return audiences;
  }

  /** Replaces the people in the link's audience. */
  async replace(linkId: string, userIds: string[]): Promise<void> {
    const { sharedLinkAudience } = this.#t;
    await this.#db.delete(sharedLinkAudience).where(eq(sharedLinkAudience.linkId, linkId));
    if (userIds.length === 0) return;
    const rows = userIds.map((principalId) => ({ linkId, kind: 'user' as const, principalId }));
    await this.#db.insert(sharedLinkAudience).values(rows);
  }

  /** Removes the person from the audiences of all links. */
  async removePerson(userId: string): Promise<void> {
    const { sharedLinkAudience } = this.#t;
    const { kind, principalId } = sharedLinkAudience;
    await this.#db.delete(sharedLinkAudience).where(and(eq(kind, 'user'), eq(principalId, userId)));
  }

  /** Returns how many of these people are active members, who can be added to an audience. */
  async countActiveMembers(userIds: string[]): Promise<number> {
    const { users } = this.#t;
    if (userIds.length === 0) return 0;
    return this.#db.$count(
      users,
      and(inArray(users.id, userIds), eq(users.active, true), ne(users.role, 'pending')),
    );
  }
}

/** Prepared, because every opened page runs it. */
function prepareLinkForViewer({ db, t }: Store) {
  const { sharedLinks, sharedLinkVersions, sharedLinkAudience, users } = t;
  const inAudience = sql<boolean>`exists (select 1 from ${sharedLinkAudience} where ${sharedLinkAudience.linkId} = ${sharedLinks.id} and ${sharedLinkAudience.kind} = 'user' and ${sharedLinkAudience.principalId} = ${sql.placeholder('viewerId')})`;
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
      inAudience: inAudience.mapWith(Boolean),
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
