import { and, eq, gte, inArray, isNull, lte } from 'drizzle-orm';
import { preparedQuery } from '../../platform/db/preparedQuery.ts';
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
  reason: 'owner' | 'owner_bulk';
}

/** Links whose expiry is noted in one go. */
const expiredAtOnce = 500;

/** Links and their versions. Lists and audiences have queries of their own. */
export class SharingQueries {
  #platform: Platform;
  #viewed: () => ViewedQuery;
  constructor(platform: Platform) {
    this.#platform = platform;
    this.#viewed = preparedQuery(platform.store, () => viewedQuery(platform.store));
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
    const [row] = await this.#viewed().execute({ id, viewerId });
    return row;
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
  async expiredUnrecorded() {
    const { sharedLinks } = this.#t;
    return this.#db
      .select({ id: sharedLinks.id })
      .from(sharedLinks)
      .where(and(...this.#unrecorded()))
      .limit(expiredAtOnce);
  }

  /** Notes that they expired. Answers those this call was the first to note. */
  async recordExpiry(ids: string[]) {
    const { sharedLinks } = this.#t;
    return this.#db
      .update(sharedLinks)
      .set({ expiryRecordedAt: this.#platform.now() })
      .where(and(inArray(sharedLinks.id, ids), ...this.#unrecorded()))
      .returning({ id: sharedLinks.id });
  }

  #unrecorded() {
    const { sharedLinks } = this.#t;
    return [
      lte(sharedLinks.expiresAt, this.#platform.now()),
      isNull(sharedLinks.revokedAt),
      isNull(sharedLinks.expiryRecordedAt),
    ];
  }
}
