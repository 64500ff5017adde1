import { hash, verify } from '@node-rs/argon2';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, forbidden, invalid } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { UserQueries } from '../users/users.queries.ts';

/** Verified when an account does not exist, so that both failures take the same time. */
const dummyHash = hash('no account has this password');

const signUpClosed = () => forbidden('Sign-up is closed. Ask an admin for an account.', 'sign_up_closed');

interface Registration {
  name: string;
  email: string;
  password: string;
}
interface Parts {
  users: UserQueries;
  settings: SettingsService;
  audit: AuditQueries;
}

export class AuthService {
  #platform: Platform;
  #parts: Parts;
  /** The password hash against which `verify` checked each of these actors. */
  #verifiedHashes = new WeakMap<Actor, string>();

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Creates an account. The first one becomes the admin, even while sign-up is closed. */
  async register({ name, email, password }: Registration): Promise<Actor> {
    const { users, settings, audit } = this.#parts;
    // Hashing is slow and must not happen inside the transaction.
    const passwordHash = await hash(password);
    const id = newId();
    const { signUp, defaultRole } = await settings.current();
    try {
      const registered = await this.#platform.store.tx(async () => {
        await users.insert({ id, name, email, role: defaultRole, passwordHash });
        const isFirst = await users.claimFirstAdmin(id);
        if (isFirst) await users.update(id, { role: 'admin' });
        else if (signUp === 'closed') throw signUpClosed();
        const role = isFirst ? ('admin' as const) : defaultRole;
        await audit.record({
          actorId: id,
          action: 'user.signed_up',
          targetType: 'user',
          targetId: id,
          details: { role },
        });
        return { id, name, email, role };
      });
      this.#platform.signals.emit('user:registered', { userId: id });
      return registered;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // While sign-up is closed, the response does not reveal who has an account.
      if (signUp === 'closed') throw signUpClosed();
      throw conflict(
        "This email address can't be used for a new account. Sign in if it is yours.",
        'email_taken',
      );
    }
  }

  /** Returns the account with this email and password; undefined if there is none or it is deactivated. */
  async verify(email: string, password: string): Promise<Actor | undefined> {
    const row = await this.#parts.users.byEmail(email);
    const matches = await verify(row?.passwordHash ?? (await dummyHash), password);
    if (!row || !matches || !row.active) return undefined;
    const actor = { id: row.id, name: row.name, email: row.email, role: row.role };
    this.#verifiedHashes.set(actor, row.passwordHash);
    return actor;
  }

  /** Whether the result of `verify` still holds: the password may have changed while the session was created. */
  async isStillVerified(actor: Actor): Promise<boolean> {
    const row = await this.#parts.users.byId(actor.id);
    return row !== undefined && row.active && row.passwordHash === this.#verifiedHashes.get(actor);
  }

  async recordSignIn(actor: Actor): Promise<void> {
    await this.#recordForSelf(actor, 'user.signed_in');
  }

  /** Changes the password and ends every other session of the account. */
  async changePassword(
    actor: Actor,
    passwords: { current: string; next: string },
    sidHash: string,
  ): Promise<void> {
    if (!(await this.verify(actor.email, passwords.current))) {
      throw invalid('Current password is wrong.');
    }
    const passwordHash = await hash(passwords.next);
    await this.#parts.users.update(actor.id, { passwordHash });
    await this.#platform.sessions.revokeUser(actor.id, sidHash);
    await this.#recordForSelf(actor, 'user.password_changed');
  }

  async #recordForSelf({ id }: Actor, action: string): Promise<void> {
    await this.#parts.audit.record({ actorId: id, action, targetType: 'user', targetId: id });
  }
}
