import { count, eq, inArray } from 'drizzle-orm';
import type { Platform } from '../../platform/platform.ts';

/** Who people are, and what they have running. */
export class UsageQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  async people(ids: string[]) {
    const { users } = this.#store.t;
    if (ids.length === 0) return [];
    return this.#store.db
      .select({ id: users.id, name: users.name, email: users.email, active: users.active })
      .from(users)
      .where(inArray(users.id, ids));
  }

  /** Returns the number of answers that are being written on all nodes, by the id of the person. */
  async runningAnswers(): Promise<Map<string, number>> {
    const { chats, messages } = this.#store.t;
    const rows = await this.#store.db
      .select({ ownerId: chats.ownerId, answers: count() })
      .from(messages)
      .innerJoin(chats, eq(chats.id, messages.chatId))
      .where(eq(messages.status, 'streaming'))
      .groupBy(chats.ownerId);
    return new Map(rows.map(({ ownerId, answers }) => [ownerId, answers]));
  }
}
