import { and, eq, gte, inArray, isNull, lte } from 'drizzle-orm';
import type { Platform } from '../../platform/platform.ts';

export type LinkRow = NonNullable<Awaited<ReturnType<SharingQueries['byId']>>>;
export type NewLink = Pick<
  LinkRow,
  | 'id'
  | 'chatId'
  | 'ownerId'
  | 'title'
  | 'titleKey'
  | 'showAuthor'
  | 'includeReasoning'
  | 'audienceKind'
  | 'expiresAt'
  | 'createdAt'
>;
export type LinkValues = Partial<
  Pick<
    LinkRow,
    'title' | 'titleKey' | 'showAuthor' | 'includeReasoning' | 'audienceKind' | 'expiresAt' | 'currentVersion'
  >
> & { expiryRecordedAt?: null };
export interface NewVersion {
  linkId: string;
  number: number;
  messageCount: number;
  contentHash: string;
  chatVersion: number;
  createdAt: number;
  body: Buffer;
}
export interface Revocation {
  by: string;
  reason: 'owner' | 'owner_bulk' | 'admin';
}

/** Links whose expiry is recorded in one sweep. */
const expiryBatch = 500;

/** Links and their versions. `LinkListQueries` lists them, `AudienceQueries` reads their viewers. */
export class SharingQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #db() {
    return this.#platform.store.db;
  }
  get #t() {
    return this.#platform.store.t;
  }

  /** Returns the link, revoked or not, with what shows whether its snapshot is up to date. Reads no bodies. */
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

  /** Selects links with their current version and the current version of their chat. */
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
        includeReasoning: sharedLinks.includeReasoning,
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

  /** Returns the compressed messages of one version. */
  async body(linkId: string, number: number): Promise<Buffer | undefined> {
    const { sharedLinkVersions } = this.#t;
    const [row] = await this.#db
      .select({ body: sharedLinkVersions.body })
      .from(sharedLinkVersions)
      .where(and(eq(sharedLinkVersions.linkId, linkId), eq(sharedLinkVersions.number, number)))
      .limit(1);
    return row?.body;
  }

  /** Throws a unique violation when the chat already has a live link. */
  async insert(link: NewLink): Promise<void> {
    const { createdAt } = link;
    await this.#db.insert(this.#t.sharedLinks).values({ ...link, currentVersion: 1, updatedAt: createdAt });
  }

  async insertVersion(version: NewVersion): Promise<void> {
    await this.#db.insert(this.#t.sharedLinkVersions).values(version);
  }

  /** Returns false when the link has been revoked. */
  async update(id: string, values: LinkValues & { updatedAt: number }): Promise<boolean> {
    const { sharedLinks } = this.#t;
    const updated = await this.#db
      .update(sharedLinks)
      .set(values)
      .where(and(eq(sharedLinks.id, id), isNull(sharedLinks.revokedAt)))
      .returning({ id: sharedLinks.id });
    return updated.length === 1;
  }

  /** Records that the snapshot also equals the chat at this version of the chat. */
  async markCurrent(linkId: string, number: number, chatVersion: number): Promise<void> {
    const { sharedLinkVersions } = this.#t;
    await this.#db
      .update(sharedLinkVersions)
      .set({ chatVersion })
      .where(and(eq(sharedLinkVersions.linkId, linkId), eq(sharedLinkVersions.number, number)));
  }

  /** Revokes the owner's live links with these ids, or all of them. Returns those that were revoked. */
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
   * Restores a link that its owner revoked at `since` or later; undefined when there is none. Throws a unique
   * violation when the chat has another live link.
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

  /** Returns expired links whose expiry is not recorded yet. */
  async expiredUnrecorded() {
    const { sharedLinks } = this.#t;
    return this.#db
      .select({ id: sharedLinks.id })
      .from(sharedLinks)
      .where(and(...this.#isExpiredUnrecorded()))
      .limit(expiryBatch);
  }

  /** Records that they expired. Returns those that no earlier call recorded. */
  async recordExpiry(ids: string[]) {
    const { sharedLinks } = this.#t;
    return this.#db
      .update(sharedLinks)
      .set({ expiryRecordedAt: this.#platform.now() })
      .where(and(inArray(sharedLinks.id, ids), ...this.#isExpiredUnrecorded()))
      .returning({ id: sharedLinks.id });
  }

  #isExpiredUnrecorded() {
    const { sharedLinks } = this.#t;
    return [
      lte(sharedLinks.expiresAt, this.#platform.now()),
      isNull(sharedLinks.revokedAt),
      isNull(sharedLinks.expiryRecordedAt),
    ];
  }
}
