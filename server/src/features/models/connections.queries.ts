import { asc, eq } from 'drizzle-orm';
import type { Platform } from '../../platform/platform.ts';

export type ConnectionRow = NonNullable<Awaited<ReturnType<ConnectionQueries['byId']>>>;
type Values = Pick<ConnectionRow, 'name' | 'baseUrl' | 'apiKeyCipher' | 'enabled'>;

/** The model connections that admins added. */
export class ConnectionQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  /** Returns all connections, oldest first. */
  async all() {
    const { connections } = this.#store.t;
    return this.#store.db.select().from(connections).orderBy(asc(connections.createdAt), asc(connections.id));
  }

  async byId(id: string) {
    const { connections } = this.#store.t;
    const [row] = await this.#store.db.select().from(connections).where(eq(connections.id, id)).limit(1);
    return row;
  }

  async insert(id: string, values: Values): Promise<void> {
    const now = this.#platform.now();
    await this.#store.db
      .insert(this.#store.t.connections)
      .values({ id, ...values, createdAt: now, updatedAt: now });
  }

  async update(id: string, values: Partial<Values>): Promise<void> {
    const { connections } = this.#store.t;
    await this.#store.db
      .update(connections)
      .set({ ...values, updatedAt: this.#platform.now() })
      .where(eq(connections.id, id));
  }

  async remove(id: string): Promise<void> {
    await this.#store.db.delete(this.#store.t.connections).where(eq(this.#store.t.connections.id, id));
  }
}
