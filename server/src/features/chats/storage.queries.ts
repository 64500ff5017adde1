import { sql, type SQL } from 'drizzle-orm';
import type { Platform } from '../../platform/platform.ts';
import { rowBytes } from './chats.contract.ts';

/** A chat whose storage is out of date. */
export interface UncountedChat {
  id: string;
  ownerId: string;
  version: number;
  messageCount: number;
  /** What was counted last. */
  before: number;
  /** The storage of everything but its messages: its row, settings and the snapshots of its links. */
  ownBytes: number;
}
export interface CountedChat extends Pick<UncountedChat, 'id' | 'version' | 'before'> {
  bytes: number;
}
export interface PersonTotal {
  id: string;
  bytes: number;
}
/** The key of the last chat of a page. */
type After = Pick<UncountedChat, 'id' | 'ownerId'>;

/**
 * The storage of chats, `chats.bytes`. Writing messages does not maintain it: a chat is counted when somebody asks and its
 * version has changed since the last time.
 */
export class StorageQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  /** Returns a page of chats whose storage is out of date, of one person or of everyone. */
  async uncounted(ownerId: string | null, after: After | null, limit: number): Promise<UncountedChat[]> {
    const rows = await this.#store.rows<Record<keyof UncountedChat, string | number>>(sql`
      select c.id, c.owner_id as "ownerId", c.version, c.message_count as "messageCount", c.bytes as before,
        ${rowBytes.chat} + octet_length(cast(c.settings as text)) + coalesce((
          select sum(octet_length(v.body)) from shared_links l
          join shared_link_versions v on v.link_id = l.id where l.chat_id = c.id
        ), 0) as "ownBytes"
      from chats c
      where c.counted_version <> c.version
        ${ownerId === null ? sql`` : sql`and c.owner_id = ${ownerId}`}
        ${after === null ? sql`` : sql`and (c.owner_id, c.id) > (${after.ownerId}, ${after.id})`}
      order by c.owner_id, c.id limit ${limit}`);
    return rows.map((row) => ({
      id: String(row.id),
      ownerId: String(row.ownerId),
      version: Number(row.version),
      messageCount: Number(row.messageCount),
      before: Number(row.before),
      ownBytes: Number(row.ownBytes),
    }));
  }

  async countUncounted(): Promise<number> {
    return this.#store.db.$count(this.#store.t.chats, sql`counted_version <> version`);
  }

  /** Returns the storage of the messages of each chat. Reads a row per message, but not its text. */
  async messageBytes(chatIds: string[]): Promise<Map<string, number>> {
    if (chatIds.length === 0) return new Map();
    const rows = await this.#store.rows<{ id: string; bytes: string | number }>(sql`
      select chat_id as id,
        sum(octet_length(content) + coalesce(octet_length(reasoning), 0) + ${rowBytes.message}) as bytes
      from messages where chat_id in (${sql.join(
        chatIds.map((id) => sql`${id}`),
        sql`, `,
      )}) group by chat_id`);
    return new Map(rows.map(({ id, bytes }) => [id, Number(bytes)]));
  }

  /** Stores what was counted, except for chats that have changed since they were read. */
  async setCounted(chats: CountedChat[]): Promise<void> {
    await this.#store.rows(sql`
      update chats set bytes = counted.bytes, counted_version = counted.version
      from ${this.#asTable(JSON.stringify(chats))}
      where chats.id = counted.id and chats.version = counted.version and chats.bytes = counted.before
      returning chats.id`);
  }

  /** Returns the storage of one person as counted last. */
  async total(ownerId: string): Promise<number> {
    const [row] = await this.#store.rows<{ bytes: string | number | null }>(
      sql`select sum(bytes) as bytes from chats where owner_id = ${ownerId}`,
    );
    return Number(row?.bytes ?? 0);
  }

  /** Returns a page of the storage of everyone as counted last, in the order of their ids. */
  async totals(afterId: string, limit: number): Promise<(PersonTotal & { isDeleted: boolean })[]> {
    const rows = await this.#store.rows<{ id: string; bytes: string | number; deletedAt: unknown }>(sql`
      select u.id, u.deleted_at as "deletedAt",
        (select coalesce(sum(c.bytes), 0) from chats c where c.owner_id = u.id) as bytes
      from users u where u.id > ${afterId} order by u.id limit ${limit}`);
    return rows.map(({ id, bytes, deletedAt }) => ({
      id,
      bytes: Number(bytes),
      isDeleted: deletedAt !== null,
    }));
  }

  #asTable(json: string): SQL {
    if (this.#store.dialect.name === 'postgres') {
      return sql`jsonb_to_recordset(${json}::jsonb) as counted(id text, version integer, before bigint, bytes bigint)`;
    }
    return sql`(select value ->> 'id' as id, value ->> 'version' as version, value ->> 'before' as before,
      value ->> 'bytes' as bytes from json_each(${json})) as counted`;
  }
}
