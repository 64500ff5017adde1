import { and, asc, desc, eq, isNull, or, sql, type SQL } from 'drizzle-orm';
import { preparedQuery } from '../../platform/db/preparedQuery.ts';
import { decodeCursor, encodeCursor, page } from '../../platform/db/cursor.ts';
import { foldText } from '../../platform/db/searchText.ts';
import type { Store } from '../../platform/db/store.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Role } from '#shared/users';

export type UserRow = Awaited<ReturnType<UserQueries['byId']>> & object;

const userById = (store: Store) =>
  preparedQuery(store, (db) => {
    const { users } = store.t;
    return db
      .select()
      .from(users)
      .where(eq(users.id, sql.placeholder('id')))
      .limit(1)
      .prepare('user_by_id');
  });

export class UserQueries {
  #platform: Platform;
  #userById: ReturnType<typeof userById>;
  constructor(platform: Platform) {
    this.#platform = platform;
    this.#userById = userById(platform.store);
  }
  get #store() {
    return this.#platform.store;
  }

  async byId(id: string) {
    const [row] = await this.#userById().execute({ id });
    return row;
  }

  async byEmail(email: string) {
    const { users } = this.#store.t;
    const [row] = await this.#store.db.select().from(users).where(eq(users.email, email)).limit(1);
    return row;
  }

  async insert(user: {
    id: string;
    name: string;
    email: string;
    role: Role;
    passwordHash: string;
  }): Promise<void> {
    await this.#store.db.insert(this.#store.t.users).values({ ...user, createdAt: this.#platform.now() });
  }

  /** Returns true for exactly one account of the instance, even under concurrency: the row is unique. */
  async claimFirstAdmin(userId: string): Promise<boolean> {
    const { bootstrap } = this.#store.t;
    const claimed = await this.#store.db
      .insert(bootstrap)
      .values({ id: 1, userId })
      .onConflictDoNothing()
      .returning({ id: bootstrap.id });
    return claimed.length === 1;
  }

  /** Locks the account until the transaction ends: other writers wait. */
  async lock(id: string): Promise<void> {
    const { users } = this.#store.t;
    await this.#store.db.update(users).set({ id }).where(eq(users.id, id));
  }

  /** A new password and deactivation also end the account's one-time link. */
  async update(
    id: string,
    values: Partial<{
      name: string;
      role: Role;
      active: boolean;
      passwordHash: string;
      lastActiveAt: number;
    }>,
  ) {
    const store = this.#store;
    const { users, accountLinks } = store.t;
    const endsLink = values.passwordHash !== undefined || values.active === false;
    return store.tx(async () => {
      // `db` is read inside the transaction: it is the connection of the transaction there.
      const [row] = await store.db.update(users).set(values).where(eq(users.id, id)).returning();
      if (endsLink)
        await store.db.update(accountLinks).set({ expiresAt: 0 }).where(eq(accountLinks.userId, id));
      return row;
    });
  }

  /** Removes what identifies the person, and frees the email address. Returns false when it was done before. */
  async anonymize(id: string): Promise<boolean> {
    const { users } = this.#store.t;
    const anonymized = await this.#store.db
      .update(users)
      .set({
        name: 'Deleted user',
        // Not an address: an account with it would prevent the deletion.
        email: `deleted:${id}`,
        role: 'user',
        // No password has an empty hash.
        passwordHash: '',
        active: false,
        lastActiveAt: null,
        deletedAt: this.#platform.now(),
      })
      .where(and(eq(users.id, id), isNull(users.deletedAt)))
      .returning({ id: users.id });
    return anonymized.length === 1;
  }

  /** Locks changes of admins until the transaction ends, on PostgreSQL too. */
  async lockAdmins(): Promise<void> {
    const { bootstrap } = this.#store.t;
    await this.#store.db.update(bootstrap).set({ id: 1 }).where(eq(bootstrap.id, 1));
  }

  /** Returns the number of admins who can sign in: an invited one has no password yet. */
  async countActiveAdmins(): Promise<number> {
    const { users } = this.#store.t;
    // Plain SQL, because Drizzle omits the table name from columns of a query over one table.
    const hasPassword = sql`not exists (select 1 from account_links a where a.user_id = users.id and a.kind = 'invite')`;
    return this.#store.db.$count(users, and(eq(users.role, 'admin'), eq(users.active, true), hasPassword));
  }

  async countPending(): Promise<number> {
    const { users } = this.#store.t;
    return this.#store.db.$count(users, and(eq(users.role, 'pending'), eq(users.active, true)));
  }

  /** Returns a page of users, newest first. */
  async list(options: { query?: string; role?: Role; cursor?: string; limit: number }) {
    const { users } = this.#store.t;
    const after = options.cursor ? decodeCursor(options.cursor, 'number', 'string') : undefined;
    const rows = await this.#store.db
      .select()
      .from(users)
      .where(
        and(
          isNull(users.deletedAt),
          this.#matches(options.query),
          options.role ? eq(users.role, options.role) : undefined,
          after && sql`(${users.createdAt}, ${users.id}) < (${after[0]}, ${after[1]})`,
        ),
      )
      .orderBy(desc(users.createdAt), desc(users.id))
      .limit(options.limit + 1);
    return page(
      rows,
      options.limit,
      (row) => row,
      (row) => encodeCursor(row.createdAt, row.id),
    );
  }

  /** Returns a page of active members, ordered by email. */
  async listPeople(options: { query?: string; cursor?: string; limit: number }) {
    const { users } = this.#store.t;
    const after = options.cursor ? decodeCursor(options.cursor, 'string') : undefined;
    const rows = await this.#store.db
      .select({ id: users.id, name: users.name, email: users.email })
      .from(users)
      .where(
        and(
          eq(users.active, true),
          sql`${users.role} <> 'pending'`,
          this.#matches(options.query),
          after && sql`${users.email} > ${after[0]}`,
        ),
      )
      .orderBy(asc(users.email))
      .limit(options.limit + 1);
    return page(
      rows,
      options.limit,
      (row) => row,
      (row) => encodeCursor(row.email),
    );
  }

  #matches(query: string | undefined): SQL | undefined {
    const { users } = this.#store.t;
    const needle = foldText(query ?? '').trim();
    if (!needle) return undefined;
    return or(
      this.#store.dialect.contains(users.email, needle),
      this.#store.dialect.contains(sql`lower(${users.name})`, needle),
    );
  }
}
