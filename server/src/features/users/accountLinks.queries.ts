import { and, eq, gt, inArray, isNull } from 'drizzle-orm';
import type { AccountLinkKind } from '#shared/users';
import type { Platform } from '../../platform/platform.ts';

/** One-time links to set a password. An account has at most one. */
export class AccountLinkQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #store() {
    return this.#platform.store;
  }

  /** Stores the link of an account, in place of its previous one. */
  async replace(link: {
    userId: string;
    tokenHash: string;
    kind: AccountLinkKind;
    expiresAt: number;
  }): Promise<void> {
    const { accountLinks } = this.#store.t;
    const { userId, ...rest } = link;
    const values = { ...rest, createdAt: this.#platform.now() };
    await this.#store.db
      .insert(accountLinks)
      .values({ userId, ...values })
      .onConflictDoUpdate({ target: accountLinks.userId, set: values });
  }

  /** Returns the link and its account; undefined when it has expired or the account cannot be used. */
  async usable(tokenHash: string) {
    const { accountLinks, users } = this.#store.t;
    const [row] = await this.#store.db
      .select({ kind: accountLinks.kind, userId: users.id, name: users.name, email: users.email })
      .from(accountLinks)
      .innerJoin(users, eq(users.id, accountLinks.userId))
      .where(
        and(
          eq(accountLinks.tokenHash, tokenHash),
          gt(accountLinks.expiresAt, this.#platform.now()),
          eq(users.active, true),
          isNull(users.deletedAt),
        ),
      )
      .limit(1);
    return row;
  }

  /** Uses up the link. Returns false when it has been used or replaced meanwhile. */
  async take(tokenHash: string): Promise<boolean> {
    const { accountLinks } = this.#store.t;
    const taken = await this.#store.db
      .delete(accountLinks)
      .where(eq(accountLinks.tokenHash, tokenHash))
      .returning({ userId: accountLinks.userId });
    return taken.length === 1;
  }

  async removeOf(userId: string): Promise<void> {
    const { accountLinks } = this.#store.t;
    await this.#store.db.delete(accountLinks).where(eq(accountLinks.userId, userId));
  }

  /** Returns those of the accounts that have not set a password since they were invited. */
  async invitedAmong(userIds: string[]): Promise<Set<string>> {
    const { accountLinks } = this.#store.t;
    if (userIds.length === 0) return new Set();
    const rows = await this.#store.db
      .select({ userId: accountLinks.userId })
      .from(accountLinks)
      .where(and(inArray(accountLinks.userId, userIds), eq(accountLinks.kind, 'invite')));
    return new Set(rows.map(({ userId }) => userId));
  }
}
