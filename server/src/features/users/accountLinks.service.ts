import { createHash, randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { limits } from '#shared/limits';
import type { AccountLinkKind, Role } from '#shared/users';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, notFound, refused } from '../../platform/errors.ts';
import { newId, newLinkToken } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { AccountLinkQueries } from './accountLinks.queries.ts';
import type { UserQueries, UserRow } from './users.queries.ts';

interface Parts {
  users: UserQueries;
  links: AccountLinkQueries;
  audit: AuditQueries;
}
/** A link that was just created: the only time its token is known. */
export interface NewAccountLink {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}
interface NewUser {
  name: string;
  email: string;
  role: Role;
}

/** The token is random, so that a fast hash without salt protects it. */
const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The same for an unknown, used, replaced and expired link. */
const deadLink = () => notFound('This link no longer works. Ask an admin for a new one, then open that one.');

const lifetimes: Record<AccountLinkKind, number> = {
  invite: limits.inviteLifetimeMs,
  reset: limits.resetLifetimeMs,
};

/** One-time links with which people set their password: invitations of new people, and resets. */
export class AccountLinkService {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Creates an account that nobody can sign in to until its invitation is used. */
  async invite(
    admin: Actor,
    { name, email, role }: NewUser,
  ): Promise<{ user: UserRow; link: NewAccountLink }> {
    const { users, audit } = this.#parts;
    const id = newId();
    const passwordHash = await hash(randomBytes(32));
    try {
      const created = await this.#platform.store.tx(async () => {
        await users.insert({ id, name, email, role, passwordHash });
        await audit.recordAction(admin, 'user.invited', [id], { role });
        return { user: await this.#requireUser(id), link: await this.#createLink(id, 'invite') };
      });
      this.#platform.signals.emit('user:registered', { userId: id });
      return created;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('Someone with this email address already has an account.', 'email_taken');
    }
  }

  /** Creates a link to set the password, and ends the previous one. The password is valid until the link is used. */
  async createResetLink(admin: Actor, id: string): Promise<NewAccountLink> {
    const { users, links, audit } = this.#parts;
    if (admin.id === id) {
      throw refused('Change your own password in Settings, under Account.', 'own_account');
    }
    return this.#platform.store.tx(async () => {
      await users.lock(id);
      const user = await this.#requireUser(id);
      if (!user.active) throw refused('This account is deactivated. Reactivate it first.', 'deactivated');
      const kind = (await links.invitedAmong([id])).has(id) ? 'invite' : 'reset';
      await audit.recordAction(admin, 'user.link_created', [id], { kind });
      return this.#createLink(id, kind);
    });
  }

  /** Returns whose password the link sets. Throws 404 for a link that does not work, whatever the reason. */
  async read(token: string) {
    const link = await this.#parts.links.usable(hashToken(token));
    if (!link) throw deadLink();
    return link;
  }

  /** Sets the password with a link, which works once, and ends all sessions of the account. */
  async use(token: string, password: string): Promise<{ actor: Actor; passwordHash: string }> {
    const { users, links, audit } = this.#parts;
    const { userId } = await this.read(token);
    // Hashing is slow and must not happen inside the transaction.
    const passwordHash = await hash(password);
    const actor = await this.#platform.store.tx(async () => {
      await users.lock(userId);
      const link = await this.read(token);
      if (!(await links.take(hashToken(token)))) throw deadLink();
      const row = await users.update(userId, { passwordHash });
      if (!row) throw deadLink();
      await this.#platform.sessions.revokeUser(userId);
      const actor: Actor = { id: row.id, name: row.name, email: row.email, role: row.role };
      const action = link.kind === 'invite' ? 'user.joined' : 'user.password_reset';
      await audit.recordAction(actor, action, [userId]);
      return actor;
    });
    this.#platform.signals.emit('user:changed', { userId });
    return { actor, passwordHash };
  }

  /** Whether the account still has this password and may be used: it may have changed while a session was created. */
  async isCurrent({ actor, passwordHash }: { actor: Actor; passwordHash: string }): Promise<boolean> {
    const row = await this.#parts.users.byId(actor.id);
    return row !== undefined && row.active && row.passwordHash === passwordHash;
  }

  async #createLink(userId: string, kind: AccountLinkKind): Promise<NewAccountLink> {
    const token = newLinkToken();
    const expiresAt = this.#platform.now() + lifetimes[kind];
    await this.#parts.links.replace({ userId, tokenHash: hashToken(token), kind, expiresAt });
    return { token, expiresAt };
  }

  async #requireUser(id: string): Promise<UserRow> {
    const user = await this.#parts.users.byId(id);
    if (!user || user.deletedAt !== null) throw notFound('User not found.');
    return user;
  }
}
