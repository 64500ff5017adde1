import { and, eq, gte, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Audience } from '#shared/sharing';
import type { Platform } from '../../platform/platform.ts';
import { viewedQuery, type ViewedQuery } from './sharing.viewed.query.ts';

export type LinkRow = NonNullable<Awaited<ReturnType<SharingQueries['byId']>>>;
export type ViewedLink = NonNullable<Awaited<ReturnType<SharingQueries['forViewer']>>>;
export type NewLink = Pick<
  LinkRow,
  | 'id'
  | 'chatId'
  | 'ownerId'
  | 'title'
  | 'titleKey'
  | 'showAuthor'
  | 'audienceKind'
  | 'expiresAt'
  | 'createdAt'
>;
export type LinkValues = Partial<
  Pick<LinkRow, 'title' | 'titleKey' | 'showAuthor' | 'audienceKind' | 'expiresAt' | 'currentVersion'>
> & { expiryNotedAt?: null };
export interface NewVersion {
  linkId: string;
  number: number;
  messageCount: number;
  contentHash: string;
  chatVersion: number;
  createdAt: number;
  body: Buffer;
}
type Restricted = Extract<Audience, { kind: 'restricted' }>;
export interface Revocation {
  by: string;
  reason: 'owner' | 'owner_bulk';
}

/** Links whose expiry is noted in one go. */
const expiredAtOnce = 500;

/** Links, their versions and their audiences. Lists live in `sharing.list.queries.ts`. */
export class SharingQueries {
  #platform: Platform;
  #viewedOn = new WeakMap<object, ViewedQuery>();
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #db() {
    return this.#platform.store.db;
  }
  get #t() {
    return this.#platform.store.t;
  }

  /** The link with what tells whether its snapshot is still current; revoked ones too. Reads no bodies. */
  async byId(id: string) {
    const [row] = await this.links().where(eq(this.#t.sharedLinks.id, id)).limit(1);
    return row;
  }

  async liveOfChat(chatId: string) {
    const { sharedLinks } = this.#t;
    const [row] = await this.links()
      .where(and(eq(sharedLinks.chatId, chatId), isNull(sharedLinks.revokedAt)))
      .limit(1);
    return row;
  }

  /** Links joined with the current version's facts and the version their chat has now. */
  links() {
    const { sharedLinks, sharedLinkVersions, chats } = this.#t;
    return this.#db
      .select({
        id: sharedLinks.id,
        chatId: sharedLinks.chatId,
        ownerId: sharedLinks.ownerId,
        title: sharedLinks.title,
        titleKey: sharedLinks.titleKey,
        showAuthor: sharedLinks.showAuthor,
        audienceKind: sharedLinks.audienceKind,
        expiresAt: sharedLinks.expiresAt,
        currentVersion: sharedLinks.currentVersion,
        pausedReason: sharedLinks.pausedReason,
        revokedAt: sharedLinks.revokedAt,
        revokedBy: sharedLinks.revokedBy,
        createdAt: sharedLinks.createdAt,
        updatedAt: sharedLinks.updatedAt,
        contentHash: sharedLinkVersions.contentHash,
        snapshotChatVersion: sharedLinkVersions.chatVersion,
        chatVersion: chats.version,
      })
      .from(sharedLinks)
      .innerJoin(
        sharedLinkVersions,
        and(
          eq(sharedLinkVersions.linkId, sharedLinks.id),
          eq(sharedLinkVersions.number, sharedLinks.currentVersion),
        ),
      )
      .innerJoin(chats, eq(chats.id, sharedLinks.chatId));
  }

  /** What decides whether the viewer may read the link, and what the page shows above the messages. */
  async forViewer(id: string, viewerId: string) {
    const [row] = await this.#viewed.execute({ id, viewerId });
    return row;
  }

  /** Built once for each connection and not with every page that is opened. */
  get #viewed() {
    const built = this.#viewedOn.get(this.#db) ?? viewedQuery(this.#platform.store);
    this.#viewedOn.set(this.#db, built);
    return built;
  }

  /** How each of these people stands now, and whether the link's audience names them. */
  async viewers(linkId: string, userIds: string[]) {
    const { users } = this.#t;
    // Written out, because Drizzle leaves the table's name off columns of a query over one table.
    const named = sql<boolean>`exists (select 1 from shared_link_audience a where a.link_id = ${linkId} and a.kind = 'user' and a.principal_id = users.id)`;
    return this.#db
      .select({ id: users.id, role: users.role, active: users.active, named: named.mapWith(Boolean) })
      .from(users)
      .where(inArray(users.id, userIds));
  }

  async body(linkId: string, number: number): Promise<Buffer | undefined> {
    const { sharedLinkVersions } = this.#t;
    const [row] = await this.#db
      .select({ body: sharedLinkVersions.body })
      .from(sharedLinkVersions)
      .where(and(eq(sharedLinkVersions.linkId, linkId), eq(sharedLinkVersions.number, number)))
      .limit(1);
    return row?.body;
  }

  /** Who may open each of the links; links that everyone may open are not among them. */
  async audiences(linkIds: string[]): Promise<Map<string, Restricted>> {
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

  /** Replaces whoever was named. */
  async setAudience(linkId: string, userIds: string[]): Promise<void> {
    const { sharedLinkAudience } = this.#t;
    await this.#db.delete(sharedLinkAudience).where(eq(sharedLinkAudience.linkId, linkId));
    if (userIds.length === 0) return;
    const rows = userIds.map((principalId) => ({ linkId, kind: 'user' as const, principalId }));
    await this.#db.insert(sharedLinkAudience).values(rows);
  }

  /** How many of these are people a link can be given to. */
  async countMembers(userIds: string[]): Promise<number> {
    const { users } = this.#t;
    if (userIds.length === 0) return 0;
    return this.#db.$count(
      users,
      and(inArray(users.id, userIds), eq(users.active, true), ne(users.role, 'pending')),
    );
  }

  /**
   * Whether the chat is still at this version. Until the transaction ends it stays there: whoever changes the chat, or
   * makes a link to it, waits.
   */
  async holdChat(chatId: string, version: number): Promise<boolean> {
    const { chats } = this.#t;
    const held = await this.#db
      .update(chats)
      .set({ version })
      .where(and(eq(chats.id, chatId), eq(chats.version, version)))
      .returning({ id: chats.id });
    return held.length === 1;
  }

  /** Throws a unique violation when the chat has a live link already. */
  async insert(link: NewLink): Promise<void> {
    const { createdAt } = link;
    await this.#db.insert(this.#t.sharedLinks).values({ ...link, currentVersion: 1, updatedAt: createdAt });
  }

  async insertVersion(version: NewVersion): Promise<void> {
    await this.#db.insert(this.#t.sharedLinkVersions).values(version);
  }

  /** False when the link was revoked meanwhile. */
  async update(id: string, values: LinkValues & { updatedAt: number }): Promise<boolean> {
    const { sharedLinks } = this.#t;
    const updated = await this.#db
      .update(sharedLinks)
      .set(values)
      .where(and(eq(sharedLinks.id, id), isNull(sharedLinks.revokedAt)))
      .returning({ id: sharedLinks.id });
    return updated.length === 1;
  }

  /** The snapshot was found to be what the chat holds at this version too. */
  async markCurrent(linkId: string, number: number, chatVersion: number): Promise<void> {
    const { sharedLinkVersions } = this.#t;
    await this.#db
      .update(sharedLinkVersions)
      .set({ chatVersion })
      .where(and(eq(sharedLinkVersions.linkId, linkId), eq(sharedLinkVersions.number, number)));
  }

  /** Revokes those of the owner's live links that are named, or all of them. Answers which they were. */
  async revoke(ownerId: string, ids: string[] | 'all', { by, reason }: Revocation) {
    const { sharedLinks } = this.#t;
    return this.#db
      .update(sharedLinks)
      .set({ revokedAt: this.#platform.now(), revokedBy: by, revokedReason: reason })
      .where(
        and(
          eq(sharedLinks.ownerId, ownerId),
          isNull(sharedLinks.revokedAt),
          ids === 'all' ? undefined : inArray(sharedLinks.id, ids),
        ),
      )
      .returning({ id: sharedLinks.id, chatId: sharedLinks.chatId });
  }

  /**
   * Brings back a link that its owner revoked at `since` or later; undefined when there is none. Throws a unique
   * violation when the chat has another live link by now.
   */
  async restore(ownerId: string, id: string, since: number) {
    const { sharedLinks } = this.#t;
    const [restored] = await this.#db
      .update(sharedLinks)
      .set({ revokedAt: null, revokedBy: null, revokedReason: null })
      .where(
        and(
          eq(sharedLinks.id, id),
          eq(sharedLinks.ownerId, ownerId),
          eq(sharedLinks.revokedBy, ownerId),
          gte(sharedLinks.revokedAt, since),
        ),
      )
      .returning({ id: sharedLinks.id, chatId: sharedLinks.chatId });
    return restored;
  }

  /** Links that have expired and of which nobody was told yet. */
  async expiredUnnoted() {
    const { sharedLinks } = this.#t;
    return this.#db
      .select({ id: sharedLinks.id })
      .from(sharedLinks)
      .where(and(...this.#unnoted()))
      .limit(expiredAtOnce);
  }

  /** Notes that they expired. Answers those this call was the first to note. */
  async noteExpired(ids: string[]) {
    const { sharedLinks } = this.#t;
    return this.#db
      .update(sharedLinks)
      .set({ expiryNotedAt: this.#platform.now() })
      .where(and(inArray(sharedLinks.id, ids), ...this.#unnoted()))
      .returning({ id: sharedLinks.id });
  }

  #unnoted() {
    const { sharedLinks } = this.#t;
    return [
      lte(sharedLinks.expiresAt, this.#platform.now()),
      isNull(sharedLinks.revokedAt),
      isNull(sharedLinks.expiryNotedAt),
    ];
  }
}
