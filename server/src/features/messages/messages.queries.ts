import type { inArray } from 'drizzle-orm';
import { and, asc, desc, eq, isNull, or, sql, type SQL } from 'drizzle-orm';
import { groupBy } from '../../platform/db/groupBy.ts';
import type { Platform } from '../../platform/platform.ts';
import { sliceFrom } from './insertSlices.ts';
import { walkUp } from './walkUp.ts';

export type MessageRow = NonNullable<Awaited<ReturnType<MessageQueries['byIdInChat']>>>;
export type NewMessage = Pick<MessageRow, 'id' | 'chatId' | 'parentId' | 'role' | 'content' | 'status'> &
  Partial<
    Pick<
      MessageRow,
      'reasoning' | 'reasoningMs' | 'model' | 'writerId' | 'edited' | 'idempotencyKey' | 'createdAt'
    >
  >;
type MessageValues = Partial<
  Pick<
    MessageRow,
    'content' | 'reasoning' | 'reasoningMs' | 'status' | 'error' | 'edited' | 'model' | 'writerId'
  >
>;

/** A message without its text, which may be long. `bytes` is the size of its text. */
export interface MessageNode {
  seq: number;
  id: string;
  parentId: string | null;
  bytes: number;
}

/** Messages removed between two pauses. SQLite removes them and their words on the event loop, in about 10 ms. */
const rowsPerRemoval = 500;

/** Reads and writes the trees of messages. A walk never leaves its chat and ends even in a cycle. */
export class MessageQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  async byIdInChat(chatId: string, id: string) {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db
      .select()
      .from(messages)
      .where(and(eq(messages.id, id), eq(messages.chatId, chatId)))
      .limit(1);
    return row;
  }

  async byId(id: string) {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db.select().from(messages).where(eq(messages.id, id)).limit(1);
    return row;
  }

  async byIdempotencyKey(chatId: string, idempotencyKey: string) {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db
      .select()
      .from(messages)
      .where(and(eq(messages.chatId, chatId), eq(messages.idempotencyKey, idempotencyKey)))
      .limit(1);
    return row;
  }

  async firstChild(chatId: string, parentId: string) {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db
      .select()
      .from(messages)
      .where(and(eq(messages.chatId, chatId), eq(messages.parentId, parentId)))
      .orderBy(asc(messages.seq))
      .limit(1);
    return row;
  }

  /** Inserts in the given order, which becomes the order of siblings. Many rows are inserted with pauses. */
  async insert(...rows: NewMessage[]): Promise<void> {
    const createdAt = this.#platform.now();
    let at = 0;
    while (at < rows.length) {
      if (at > 0) await this.#store.pauseTx();
      const slice = sliceFrom(rows, at);
      const values = slice.map((row) => ({ createdAt, ...row }));
      await this.#store.db.insert(this.#store.t.messages).values(values);
      at += slice.length;
    }
  }

  async update(id: string, values: MessageValues): Promise<MessageRow | undefined> {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db.update(messages).set(values).where(eq(messages.id, id)).returning();
    return row;
  }

  /** Returns the messages from `leafId` up towards the root, oldest first: at most `limit`, and none above `maxBytes`. */
  async branch(
    chatId: string,
    leafId: string,
    limit: number,
    maxBytes: number = Number.MAX_SAFE_INTEGER,
  ): Promise<MessageRow[]> {
    const steps = await this.#store.rows<{ id: string }>(walkUp(chatId, leafId, { limit, maxBytes }));
    return this.byIds(steps.map((step) => step.id).reverse());
  }

  /** Returns the messages with these ids in the given order, each once, without those that do not exist. */
  async byIds(ids: string[]): Promise<MessageRow[]> {
    const { messages } = this.#store.t;
    // A condition on `chat_id` would make SQLite read the whole chat.
    const rows = await this.#store.db.select().from(messages).where(this.#oneOf(messages.id, ids));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return [...new Set(ids)].map((id) => byId.get(id)).filter((row) => row !== undefined);
  }

  /** Returns a page of the nodes of a chat's tree, in the order of their parents: of the index, so that no page sorts. */
  async nodesOfChat(chatId: string, after: MessageNode | undefined, limit: number): Promise<MessageNode[]> {
    const { messages } = this.#store.t;
    const { seq, id, parentId, content, reasoning } = messages;
    const bytes = sql`octet_length(${content}) + coalesce(octet_length(${reasoning}), 0)`.mapWith(Number);
    const pageOf = (condition: SQL | undefined, rows: number) =>
      this.#store.db
        .select({ seq, id, parentId, bytes })
        .from(messages)
        .where(and(eq(messages.chatId, chatId), condition))
        .orderBy(asc(parentId), asc(seq))
        .limit(rows);
    const isBelow = after !== undefined && after.parentId !== null;
    const areRoots = and(isNull(parentId), sql`${seq} > ${after?.seq ?? 0}`);
    const roots = isBelow ? [] : await pageOf(areRoots, limit);
    if (roots.length === limit) return roots;
    const areBelow = sql`(${parentId}, ${seq}) > (${isBelow ? after.parentId : ''}, ${isBelow ? after.seq : 0})`;
    return [...roots, ...(await pageOf(areBelow, limit - roots.length))];
  }

  /** Returns the ids of these messages and their siblings, oldest first, grouped by the id of the parent (`''` for roots). */
  async siblings(chatId: string, of: MessageRow[]): Promise<Map<string, string[]>> {
    const { messages } = this.#store.t;
    const parents = [...new Set(of.map((row) => row.parentId).filter((id) => id !== null))];
    const atRoot = of.some((row) => row.parentId === null);
    if (of.length === 0) return new Map();
    const rows = await this.#store.db
      .select({ id: messages.id, parentId: messages.parentId })
      .from(messages)
      .where(
        and(
          eq(messages.chatId, chatId),
          or(
            parents.length > 0 ? this.#oneOf(messages.parentId, parents) : undefined,
            atRoot ? isNull(messages.parentId) : undefined,
          ),
        ),
      )
      .orderBy(asc(messages.seq));
    const byParent = groupBy(rows, (row) => row.parentId ?? '');
    return new Map([...byParent].map(([parentId, list]) => [parentId, list.map((row) => row.id)]));
  }

  /** Returns the id of the leaf reached by following newest children; undefined when the message is not in the chat. */
  async newestLeafBelow(chatId: string, id: string): Promise<string | undefined> {
    const [leaf] = await this.#store.rows<{ id: string }>(sql`
      with recursive down(id, depth) as (
        select id, 0 from messages where chat_id = ${chatId} and id = ${id}
        union all
        select m.id, down.depth + 1 from down join messages m on m.seq = (
          select max(seq) from messages where chat_id = ${chatId} and parent_id = down.id
        ) where down.depth < 100000
      )
      select id from down order by depth desc limit 1`);
    return leaf?.id;
  }

  /** Returns the id of the newest message directly below the parent; null stands for the root. */
  async newestChild(chatId: string, parentId: string | null): Promise<string | undefined> {
    const { messages } = this.#store.t;
    const [row] = await this.#store.db
      .select({ id: messages.id })
      .from(messages)
      .where(
        and(
          eq(messages.chatId, chatId),
          parentId === null ? isNull(messages.parentId) : eq(messages.parentId, parentId),
        ),
      )
      .orderBy(desc(messages.seq))
      .limit(1);
    return row?.id;
  }

  /**
   * Returns the ids of the message and of everything below it. Reads the ids of the whole chat once: PostgreSQL cannot
   * estimate the depth of a tree, and would plan a recursive walk downwards as a join of everything at every step.
   */
  async subtree(chatId: string, id: string): Promise<string[]> {
    const { messages } = this.#store.t;
    const rows = await this.#store.db
      .select({ id: messages.id, parentId: messages.parentId })
      .from(messages)
      .where(eq(messages.chatId, chatId));
    if (!rows.some((row) => row.id === id)) return [];
    const children = groupBy(rows, (row) => row.parentId);
    const below = new Set([id]);
    // A set can grow while it is iterated and holds every id once, so a cycle ends the loop.
    for (const each of below) for (const child of children.get(each) ?? []) below.add(child.id);
    return [...below];
  }

  /** Removes many messages with pauses. */
  async remove(chatId: string, ids: string[]): Promise<void> {
    const { messages } = this.#store.t;
    for (let at = 0; at < ids.length; at += rowsPerRemoval) {
      if (at > 0) await this.#store.pauseTx();
      const slice = ids.slice(at, at + rowsPerRemoval);
      await this.#store.db
        .delete(messages)
        .where(and(eq(messages.chatId, chatId), this.#oneOf(messages.id, slice)));
    }
  }

  async streaming(chatId: string): Promise<MessageRow[]> {
    const { messages } = this.#store.t;
    return this.#store.db
      .select()
      .from(messages)
      .where(and(eq(messages.status, 'streaming'), eq(messages.chatId, chatId)));
  }

  /** Returns a page of `limit` messages of a chat, in the order of creation. */
  async pageOfChat(chatId: string, afterSeq: number, limit: number): Promise<MessageRow[]> {
    const { messages } = this.#store.t;
    return this.#store.db
      .select()
      .from(messages)
      .where(and(eq(messages.chatId, chatId), sql`${messages.seq} > ${afterSeq}`))
      .orderBy(asc(messages.seq))
      .limit(limit);
  }

  /** `in (…)` for lists of any length: one parameter on both databases. */
  #oneOf(column: Parameters<typeof inArray>[0], ids: string[]): SQL {
    if (this.#store.dialect.name === 'sqlite') {
      return sql`${column} in (select value from json_each(${JSON.stringify(ids)}))`;
    }
    return sql`${column} in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
  }
}
