import { hash, verify } from '@node-rs/argon2';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, forbidden, invalid } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { UserQueries } from '../users/users.queries.ts';

/** Checked when there is no such account, so that both refusals take the same time. */
const nobodysHash = hash('no account has this password');

const signUpClosed = () => forbidden('Sign-up is closed. Ask an admin for an account.', 'sign_up_closed');

interface Registration {
  name: string;
  email: string;
  password: string;
}

export class AuthService {
  #platform: Platform;
  #users: UserQueries;
  #settings: SettingsService;
  #audit: AuditQueries;
  /** The stored password each of these was known by. */
  #knownBy = new WeakMap<Actor, string>();

  constructor(platform: Platform, users: UserQueries, settings: SettingsService, audit: AuditQueries) {
    this.#platform = platform;
    this.#users = users;
    this.#settings = settings;
    this.#audit = audit;
  }

  /** Makes an account. The very first one becomes the admin, whatever the settings say of sign-up. */
  async register({ name, email, password }: Registration): Promise<Actor> {
    const { store } = this.#platform;
    // Hashing is slow and must not happen inside the transaction.
    const passwordHash = await hash(password);
    const id = newId();
    const { signUp, defaultRole } = await this.#settings.current();
    try {
      return await store.tx(async () => {
        await this.#users.insert({ id, name, email, role: defaultRole, passwordHash });
        const first = await this.#users.claimFirstAdmin(id);
        if (first) await this.#users.update(id, { role: 'admin' });
        else if (signUp === 'closed') throw signUpClosed();
        const role = first ? ('admin' as const) : defaultRole;
        await this.#audit.record({
          actorId: id,
          action: 'user.signed_up',
          targetType: 'user',
          targetId: id,
          details: { role },
        });
        return { id, name, email, role };
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        // Who cannot have an account is not told who has one.
        if (signUp === 'closed') throw signUpClosed();
        throw conflict(
          'This e-mail address cannot be used for a new account. Sign in if it is yours.',
          'email_taken',
        );
      }
      throw error;
    }
  }

  /** The account these belong to; undefined alike for a wrong password, an unknown address and a deactivated account. */
  async verify(email: string, password: string): Promise<Actor | undefined> {
    const row = await this.#users.byEmail(email);
    const matches = await verify(row?.passwordHash ?? (await nobodysHash), password);
    if (!row || !matches || !row.active) return undefined;
    const actor = { id: row.id, name: row.name, email: row.email, role: row.role };
    this.#knownBy.set(actor, row.passwordHash);
    return actor;
  }

  /** Whether what `verify` found still holds: the password may have changed while the session began. */
  async isStillKnown(actor: Actor): Promise<boolean> {
    const row = await this.#users.byId(actor.id);
    return row !== undefined && row.active && row.passwordHash === this.#knownBy.get(actor);
  }

  async noteSignIn(actor: Actor): Promise<void> {
    await this.#audit.record({
      actorId: actor.id,
      action: 'user.signed_in',
      targetType: 'user',
      targetId: actor.id,
    });
  }

  /** Ends every other session of the account: whoever knew the old password is out. */
  async changePassword(
    actor: Actor,
    passwords: { current: string; next: string },
    sidHash: string,
  ): Promise<void> {
    if (!(await this.verify(actor.email, passwords.current))) {
      throw invalid('The current password is not right.');
    }
    const passwordHash = await hash(passwords.next);
    await this.#users.update(actor.id, { passwordHash });
    await this.#platform.sessions.revokeUser(actor.id, sidHash);
    await this.#audit.record({
      actorId: actor.id,
      action: 'user.password_changed',
      targetType: 'user',
      targetId: actor.id,
    });
  }
}
