import { and, desc, eq, getTableColumns, or, sql, type SQL } from 'drizzle-orm';
import { decodeCursor, encodeCursor, page } from '../../platform/db/cursor.ts';
import { foldText, searchWords } from '../../platform/db/searchText.ts';
import type { Platform } from '../../platform/platform.ts';

export type ChatRow = NonNullable<Awaited<ReturnType<ChatQueries['byId']>>>;
export type ChatListRow = Pick<
  ChatRow,
  'id' | 'title' | 'pinned' | 'archived' | 'shared' | 'createdAt' | 'updatedAt'
>;
type ChatValues = Partial<Omit<ChatRow, 'id' | 'ownerId' | 'shared'>>;
type NewChat = { id: string; ownerId: string; title: string } & ChatValues;

export interface ChatListOptions {
  ownerId: string;
  query?: string;
  archived: boolean;
  /** Absent: pinned chats and the others together. */
  pinned?: boolean;
  cursor?: string;
  limit: number;
}

/**
 * A search with at most this many matching messages starts from the messages; with more, it walks the list of chats
 * and stops when the page is full. Either way it reads about as many rows as it returns.
 */
const rareMatchesMax = 300;

/** Every change of the title changes the key that title searches use; new settings change the storage. */
const withDerived = (values: ChatValues): ChatValues => ({
  ...values,
  ...(values.title !== undefined && { titleKey: foldText(values.title) }),
  ...(values.settings !== undefined && { countedVersion: -1 }),
});

export class ChatQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }
  /**
   * Whether the chat has a live link. Written as SQL, because Drizzle omits the table name from columns of a query on
   * one table, and inside this subquery a bare `id` would be the link's.
   */
  get #shared() {
    // Not `exists`: for a person with many chats PostgreSQL would read all links of the instance to find those of a page.
    return sql<boolean>`((select 1 from shared_links where shared_links.chat_id = chats.id and shared_links.revoked_at is null limit 1) is not null)`.mapWith(
      Boolean,
    );
  }

  async byId(id: string) {
    const { chats } = this.#store.t;
    const [row] = await this.#store.db
      .select({ ...getTableColumns(chats), shared: this.#shared })
      .from(chats)
      .where(eq(chats.id, id))
      .limit(1);
    return row;
  }

  async bySource(ownerId: string, source: string, sourceId: string) {
    const { chats } = this.#store.t;
    const [row] = await this.#store.db
      .select({ id: chats.id })
      .from(chats)
      .where(and(eq(chats.ownerId, ownerId), eq(chats.source, source), eq(chats.sourceId, sourceId)))
      .limit(1);
    return row && this.byId(row.id);
  }

  async insert(chat: NewChat): Promise<void> {
    await this.#store.db.insert(this.#store.t.chats).values(this.#newRow(chat));
  }

  /** Inserts unless the owner has a chat with this source and source id, even one inserted concurrently. */
  async insertIfNew(chat: NewChat): Promise<boolean> {
    const inserted = await this.#store.db
      .insert(this.#store.t.chats)
      .values(this.#newRow(chat))
      .onConflictDoNothing()
      .returning({ id: this.#store.t.chats.id });
    return inserted.length > 0;
  }

  async update(id: string, values: ChatValues): Promise<void> {
    const { chats } = this.#store.t;
    if (Object.values(values).every((value) => value === undefined)) return;
    await this.#store.db.update(chats).set(withDerived(values)).where(eq(chats.id, id));
  }

  /** Locks the chat until the transaction ends: other writers wait. Does nothing when the chat does not exist. */
  async lock(id: string): Promise<void> {
    const { chats } = this.#store.t;
    await this.#store.db
      .update(chats)
      .set({ version: sql`${chats.version}` })
      .where(eq(chats.id, id));
  }

  /** Locks the chat until the transaction ends. Returns false when it is no longer at this version. */
  async lockAtVersion(id: string, version: number): Promise<boolean> {
    const { chats } = this.#store.t;
    const locked = await this.#store.db
      .update(chats)
      .set({ version })
      .where(and(eq(chats.id, id), eq(chats.version, version)))
      .returning({ id: chats.id });
    return locked.length === 1;
  }

  /**
   * Records that the messages or the active branch changed, and locks the chat until the transaction ends. Returns
   * the new version; undefined when the chat does not exist.
   */
  async incrementVersion(id: string, values: ChatValues = {}): Promise<number | undefined> {
    const { chats } = this.#store.t;
    const [row] = await this.#store.db
      .update(chats)
      .set({ ...withDerived(values), version: sql`${chats.version} + 1` })
      .where(eq(chats.id, id))
      .returning({ version: chats.version });
    return row?.version;
  }

  /** Counts more storage for the chat. */
  async addBytes(id: string, bytes: number): Promise<void> {
    const { chats } = this.#store.t;
    await this.#store.db
      .update(chats)
      .set({ bytes: sql`${chats.bytes} + ${bytes}` })
      .where(eq(chats.id, id));
  }

  /** Replaces an automatic title. Returns false when the owner has renamed or deleted the chat. */
  async setAutomaticTitle(id: string, title: string): Promise<boolean> {
    const { chats } = this.#store.t;
    const updated = await this.#store.db
      .update(chats)
      .set(withDerived({ title }))
      .where(and(eq(chats.id, id), eq(chats.titleIsAutomatic, true)))
      .returning({ id: chats.id });
    return updated.length > 0;
  }

  /** Returns the id of one of the owner's chats; undefined when there is none. */
  async anyIdOf(ownerId: string): Promise<string | undefined> {
    const { chats } = this.#store.t;
    const [row] = await this.#store.db
      .select({ id: chats.id })
      .from(chats)
      .where(eq(chats.ownerId, ownerId))
      .limit(1);
    return row?.id;
  }

  /** Removes the chat, its messages and its links. */
  async remove(id: string): Promise<void> {
    await this.#store.db.delete(this.#store.t.chats).where(eq(this.#store.t.chats.id, id));
  }

  /** Most recently updated first. Reads no message content. */
  async list(options: ChatListOptions) {
    const { chats } = this.#store.t;
    const after = options.cursor ? decodeCursor(options.cursor, 'number', 'string') : undefined;
    const rows = await this.#store.db
      .select({
        id: chats.id,
        title: chats.title,
        pinned: chats.pinned,
        archived: chats.archived,
        shared: this.#shared,
        createdAt: chats.createdAt,
        updatedAt: chats.updatedAt,
      })
      .from(chats)
      .where(
        and(
          eq(chats.ownerId, options.ownerId),
          eq(chats.archived, options.archived),
          options.pinned === undefined ? undefined : eq(chats.pinned, options.pinned),
          after && sql`(${chats.updatedAt}, ${chats.id}) < (${after[0]}, ${after[1]})`,
          await this.#matches(options.ownerId, options.query),
        ),
      )
      .orderBy(desc(chats.updatedAt), desc(chats.id))
      .limit(options.limit + 1);
    return page(
      rows,
      options.limit,
      (row) => row,
      (row) => encodeCursor(row.updatedAt, row.id),
    );
  }

  /** Returns a page of the ids of a person's chats, most recently updated first. Reads the index only. */
  async idsOf(
    ownerId: string,
    archived: boolean,
    after: Pick<ChatRow, 'id' | 'updatedAt'> | undefined,
    limit: number,
  ): Promise<Pick<ChatRow, 'id' | 'updatedAt'>[]> {
    const { chats } = this.#store.t;
    return this.#store.db
      .select({ id: chats.id, updatedAt: chats.updatedAt })
      .from(chats)
      .where(
        and(
          eq(chats.ownerId, ownerId),
          eq(chats.archived, archived),
          after && sql`(${chats.updatedAt}, ${chats.id}) < (${after.updatedAt}, ${after.id})`,
        ),
      )
      .orderBy(desc(chats.updatedAt), desc(chats.id))
      .limit(limit);
  }

  #newRow(chat: NewChat) {
    const now = this.#platform.now();
    return { settings: {}, createdAt: now, updatedAt: now, ...chat, titleKey: foldText(chat.title) };
  }

  async #matches(ownerId: string, query: string | undefined): Promise<SQL | undefined> {
    const needle = foldText(query ?? '').trim();
    if (!needle) return undefined;
    const { chats, messages } = this.#store.t;
    const { dialect } = this.#store;
    const inTitle = dialect.contains(chats.titleKey, needle);
    const words = searchWords(needle);
    if (words.length === 0) return inTitle;
    const matching = dialect.matchingMessages(ownerId, words);
    const [hits] = await this.#store.rows<{ n: number }>(
      sql`select count(*) as n from (select * from ${matching} as matching limit ${rareMatchesMax + 1}) as hits`,
    );
    const inText =
      Number(hits?.n) > rareMatchesMax
        ? dialect.chatHasMatch(ownerId, chats.id, words)
        : sql`${chats.id} in (select ${messages.chatId} from ${messages} where ${messages.seq} in ${matching})`;
    return or(inTitle, inText);
  }
}
