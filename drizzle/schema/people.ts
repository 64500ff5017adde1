import type { Kit } from './kit.ts';

function defineUsers(k: Kit) {
  return k.table(
    'users',
    {
      id: k.text('id').primaryKey(),
      name: k.text('name').notNull(),
      /** Lower case. */
      email: k.text('email').notNull(),
      role: k.text('role').$type<'pending' | 'user' | 'admin'>().notNull(),
      passwordHash: k.text('password_hash').notNull(),
      active: k.bool('active').notNull().default(true),
      createdAt: k.ms('created_at').notNull(),
      /** Written at most every few minutes. */
      lastActiveAt: k.ms('last_active_at'),
      /** Set when the account was deleted. The row remains, without name and email, because kept chats refer to it. */
      deletedAt: k.ms('deleted_at'),
    },
    (t) => [
      k.uniqueIndex('users_email').on(t.email),
      k.index('users_created').on(t.createdAt, t.id),
      k.index('users_role').on(t.role, t.createdAt, t.id),
    ],
  );
}

/** Users, their sessions and one-time links, and the one row that makes the first user the admin. */
export function definePeople(k: Kit) {
  const users = defineUsers(k);

  /** At most one row, with `id` 1: the user whose sign-up inserts it is the first admin. Counting users would race. */
  const bootstrap = k.table('bootstrap', {
    id: k.int('id').primaryKey(),
    userId: k
      .text('user_id')
      .notNull()
      .references(() => users.id),
  });

  return { users, bootstrap, ...defineAccess(k, users) };
}

/** What opens an account without its password. */
function defineAccess(k: Kit, users: ReturnType<typeof defineUsers>) {
  const sessions = k.table(
    'sessions',
    {
      /** SHA-256 of the session id: a copy of the database does not open a session. */
      sidHash: k.text('sid_hash').primaryKey(),
      userId: k.text('user_id').references(() => users.id, { onDelete: 'cascade' }),
      data: k.text('data').notNull(),
      createdAt: k.ms('created_at').notNull(),
      expiresAt: k.ms('expires_at').notNull(),
      /** Set permanently when the session ends: a request in flight cannot restore the session. */
      revokedAt: k.ms('revoked_at'),
      /** Where the session was last used from, for the list of a person's sessions. */
      userAgent: k.text('user_agent'),
      address: k.text('address'),
      /** Written at most every few minutes. */
      lastSeenAt: k.ms('last_seen_at'),
    },
    (t) => [
      k.index('sessions_user').on(t.userId),
      // Expired sessions are looked for every few seconds.
      k.index('sessions_expires').on(t.expiresAt),
      k.index('sessions_created').on(t.createdAt),
    ],
  );

  /** One-time links to set a password: at most one per account, so that a new one ends the previous one. */
  const accountLinks = k.table(
    'account_links',
    {
      userId: k
        .text('user_id')
        .primaryKey()
        .references(() => users.id, { onDelete: 'cascade' }),
      /** SHA-256 of the token: a copy of the database does not open a link. */
      tokenHash: k.text('token_hash').notNull(),
      /** While an `invite` exists, even an expired one, its account has no password. */
      kind: k.text('kind').$type<'invite' | 'reset'>().notNull(),
      createdAt: k.ms('created_at').notNull(),
      expiresAt: k.ms('expires_at').notNull(),
    },
    (t) => [k.uniqueIndex('account_links_token').on(t.tokenHash)],
  );

  return { sessions, accountLinks };
}
