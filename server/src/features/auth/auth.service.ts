import { hash, verify } from '@node-rs/argon2';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, forbidden, invalid } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { RepeatedEvents } from '../audit/repeatedEvents.service.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { UserQueries } from '../users/users.queries.ts';
import { requireUncommonPassword } from './passwordRules.ts';

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
  events: RepeatedEvents;
}

/** Why a password was not accepted. For the audit log: responses do not tell. */
export interface Failure {
  reason: 'unknown_email' | 'wrong_password' | 'deactivated';
  /** Null for an email without an account. */
  userId: string | null;
}
export type Verification = { actor: Actor; failure?: undefined } | { actor?: undefined; failure: Failure };

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
    requireUncommonPassword(password, { name, email });
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

  /** Returns the active account with this email and password, or why there is none. */
  async verify(email: string, password: string): Promise<Verification> {
    const row = await this.#parts.users.byEmail(email);
    // A deleted account has an empty hash.
    const matches = await verify(row?.passwordHash || (await dummyHash), password);
    if (!row) return { failure: { reason: 'unknown_email', userId: null } };
    if (!matches || !row.active) {
      return { failure: { reason: matches ? 'deactivated' : 'wrong_password', userId: row.id } };
    }
    const actor = { id: row.id, name: row.name, email: row.email, role: row.role };
    this.#verifiedHashes.set(actor, row.passwordHash);
    return { actor };
  }

  /** Whether the result of `verify` still holds: the password may have changed while the session was created. */
  async isStillVerified(actor: Actor): Promise<boolean> {
    const row = await this.#parts.users.byId(actor.id);
    return row !== undefined && row.active && row.passwordHash === this.#verifiedHashes.get(actor);
  }

  async recordSignIn(actor: Actor): Promise<void> {
    await this.#recordForSelf(actor, 'user.signed_in');
  }

  async recordSignOut(actor: Actor): Promise<void> {
    await this.#recordForSelf(actor, 'user.signed_out');
  }

  /** Records that someone could not sign in, without what they typed: it may be a password in the wrong field. */
  recordFailedSignIn({ reason, userId }: Failure, address: string): void {
    this.#parts.events.record({
      actorId: null,
      action: 'user.sign_in_failed',
      targetType: 'user',
      targetId: userId ?? 'unknown',
      details: { reason, address },
    });
  }

  /** Throws when this is not the current password of the actor. */
  async requirePassword(actor: Actor, password: string, address: string): Promise<void> {
    const { failure } = await this.verify(actor.email, password);
    if (!failure) return;
    this.#parts.events.record({
      actorId: actor.id,
      action: 'user.password_change_failed',
      targetType: 'user',
      targetId: actor.id,
      details: { reason: failure.reason, address },
    });
    throw invalid('Current password is wrong.');
  }

  /** Replaces the password. The caller ends the sessions that were opened with the old one. */
  async changePassword(actor: Actor, password: string): Promise<void> {
    requireUncommonPassword(password, actor);
    await this.#parts.users.update(actor.id, { passwordHash: await hash(password) });
    await this.#recordForSelf(actor, 'user.password_changed');
  }

  async #recordForSelf({ id }: Actor, action: string): Promise<void> {
    await this.#parts.audit.record({ actorId: id, action, targetType: 'user', targetId: id });
  }
}
