import { and, desc, eq, getTableColumns, or, sql, type SQL } from 'drizzle-orm';
import { decodeCursor, encodeCursor, page } from '../../platform/db/cursor.ts';
import { foldText, searchWords } from '../../platform/db/searchText.ts';
import type { Platform } from '../../platform/platform.ts';

export type ChatRow = NonNullable<Awaited<ReturnType<ChatQueries['byId']>>>;
export type ChatListRow = Pick<
  ChatRow,
  'id' | 'title' | 'pinned' | 'archived' | 'shared' | 'createdAt' | 'updatedAt'
>;
type Values = Partial<Omit<ChatRow, 'id' | 'ownerId' | 'shared'>>;

export interface ChatList {
  ownerId: string;
  query?: string;
  archived: boolean;
  /** Absent: pinned and others together. */
  pinned?: boolean;
  cursor?: string;
  limit: number;
}

/**
 * Up to this many messages with the words, a search starts from the messages; beyond, it walks the list of chats and
 * stops when the page is full. Either way it reads about as much as it answers.
 */
const rareHits = 300;

export class ChatQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }
  /**
   * A live link points at the chat. Written out, because Drizzle leaves the table's name off columns of a query over
   * one table, and in here `id` alone would be the link's.
   */
  get #shared() {
    return sql<boolean>`exists (select 1 from shared_links where shared_links.chat_id = chats.id and shared_links.revoked_at is null)`.mapWith(
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

  async insert(chat: { id: string; ownerId: string; title: string } & Values): Promise<void> {
    const now = this.#platform.now();
    await this.#store.db
      .insert(this.#store.t.chats)
      .values({ settings: {}, createdAt: now, updatedAt: now, ...chat, titleKey: foldText(chat.title) });
  }

  async update(id: string, values: Values): Promise<void> {
    const { chats } = this.#store.t;
    if (Object.values(values).every((value) => value === undefined)) return;
    const titleKey = values.title === undefined ? {} : { titleKey: foldText(values.title) };
    await this.#store.db
      .update(chats)
      .set({ ...values, ...titleKey })
      .where(eq(chats.id, id));
  }

  /** Makes whoever writes to the chat queue until the transaction ends. Harmless when the chat is gone. */
  async lock(id: string): Promise<void> {
    const { chats } = this.#store.t;
    await this.#store.db
      .update(chats)
      .set({ version: sql`${chats.version}` })
      .where(eq(chats.id, id));
  }

  /** Locks the chat until the transaction ends; false when it is no longer at this version. */
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
   * Marks the messages or the active branch as changed and answers with the new version; undefined when the chat is
   * gone. It also makes writers of the same chat queue until the transaction ends.
   */
  async incrementVersion(id: string, values: Values = {}): Promise<number | undefined> {
    const { chats } = this.#store.t;
    const [row] = await this.#store.db
      .update(chats)
      .set({ ...values, version: sql`${chats.version} + 1` })
      .where(eq(chats.id, id))
      .returning({ version: chats.version });
    return row?.version;
  }

  /** Gives a better title to a chat that nobody has named meanwhile. False when somebody has, or the chat is gone. */
  async setAutomaticTitle(id: string, title: string): Promise<boolean> {
    const { chats } = this.#store.t;
    const named = await this.#store.db
      .update(chats)
      .set({ title, titleKey: foldText(title) })
      .where(and(eq(chats.id, id), eq(chats.titleIsAutomatic, true)))
      .returning({ id: chats.id });
    return named.length > 0;
  }

  /** Removes the chat with its messages and its links. */
  async remove(id: string): Promise<void> {
    await this.#store.db.delete(this.#store.t.chats).where(eq(this.#store.t.chats.id, id));
  }

  /** Newest first. Reads no message bodies. */
  async list(options: ChatList) {
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

  async #matches(ownerId: string, query: string | undefined): Promise<SQL | undefined> {
    const needle = foldText(query ?? '').trim();
    if (!needle) return undefined;
    const { chats, messages } = this.#store.t;
    const { dialect } = this.#store;
    const inTitle = dialect.contains(chats.titleKey, needle);
    const words = searchWords(needle);
    if (words.length === 0) return inTitle;
    const matching = dialect.matchingMessages(ownerId, words);
    const [probe] = await this.#store.rows<{ n: number }>(
      sql`select count(*) as n from (select * from ${matching} as matching limit ${rareHits + 1}) as hits`,
    );
    const inText =
      Number(probe?.n) > rareHits
        ? dialect.chatHasMatch(ownerId, chats.id, words)
        : sql`${chats.id} in (select ${messages.chatId} from ${messages} where ${messages.seq} in ${matching})`;
    return or(inTitle, inText);
  }
}
