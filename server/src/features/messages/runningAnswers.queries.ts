import { and, eq, isNull, ne, or, sql } from 'drizzle-orm';
import type { Platform } from '../../platform/platform.ts';
import type { MessageRow } from './messages.queries.ts';

type AnswerValues = Partial<Pick<MessageRow, 'content' | 'reasoning' | 'reasoningMs' | 'status' | 'error'>>;
export type RunningAnswer = Pick<MessageRow, 'id' | 'chatId' | 'writerId'>;

/** Reads and writes answers that are being written: rows with the status `streaming`. */
export class RunningAnswerQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  /**
   * Stores values of an answer that this node writes. Returns undefined when the node no longer may: the answer was
   * deleted, or ended meanwhile, or another node writes it.
   */
  async update(id: string, values: AnswerValues): Promise<MessageRow | undefined> {
    const { messages } = this.#store.t;
    const hasEnded = values.status !== undefined && values.status !== 'streaming';
    const [row] = await this.#store.db
      .update(messages)
      .set({ ...values, ...(hasEnded && { writerId: null }) })
      .where(
        and(
          eq(messages.id, id),
          eq(messages.status, 'streaming'),
          eq(messages.writerId, this.#platform.cluster.nodeId),
        ),
      )
      .returning();
    return row;
  }

  /** Marks the answers of a chat as stopped, with the text that is stored. Returns them. */
  async stopAll(chatId: string): Promise<MessageRow[]> {
    const { messages } = this.#store.t;
    return this.#store.db
      .update(messages)
      .set({ status: 'stopped', writerId: null })
      .where(and(eq(messages.status, 'streaming'), eq(messages.chatId, chatId)))
      .returning();
  }

  /** Marks an answer as interrupted. Returns undefined when it ended meanwhile, or has another writer now. */
  async interrupt({ id, writerId }: RunningAnswer): Promise<MessageRow | undefined> {
    const { messages } = this.#store.t;
    const isWriter = writerId === null ? isNull(messages.writerId) : eq(messages.writerId, writerId);
    const [row] = await this.#store.db
      .update(messages)
      .set({ status: 'interrupted', writerId: null })
      .where(and(eq(messages.id, id), eq(messages.status, 'streaming'), isWriter))
      .returning();
    return row;
  }

  /** Marks all answers as interrupted. Returns the chat id of each. */
  async interruptAll(): Promise<string[]> {
    const { messages } = this.#store.t;
    const rows = await this.#store.db
      .update(messages)
      .set({ status: 'interrupted', writerId: null })
      .where(eq(messages.status, 'streaming'))
      .returning({ chatId: messages.chatId });
    return rows.map(({ chatId }) => chatId);
  }

  /** Returns the answers that this node does not write. */
  async ofOthers(): Promise<RunningAnswer[]> {
    const { messages } = this.#store.t;
    const { id, chatId, writerId } = messages;
    return this.#store.db
      .select({ id, chatId, writerId })
      .from(messages)
      .where(
        and(
          eq(messages.status, 'streaming'),
          or(isNull(writerId), ne(writerId, this.#platform.cluster.nodeId)),
        ),
      );
  }

  /** Returns the ids of the answers that this node writes. */
  async ownIds(): Promise<Set<string>> {
    const { messages } = this.#store.t;
    const rows = await this.#store.db
      .select({ id: messages.id })
      .from(messages)
      .where(and(eq(messages.status, 'streaming'), eq(messages.writerId, this.#platform.cluster.nodeId)));
    return new Set(rows.map(({ id }) => id));
  }

  /** Returns how many answers of this person are being written, on all nodes. */
  async countOf(ownerId: string): Promise<number> {
    const [row] = await this.#store.rows<{ count: unknown }>(sql`
      select count(*) as count from messages join chats on chats.id = messages.chat_id
      where messages.status = 'streaming' and chats.owner_id = ${ownerId}`);
    return Number(row?.count);
  }
}
