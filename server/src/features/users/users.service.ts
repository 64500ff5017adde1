import type { Role } from '#shared/users';
import { notFound, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { UserQueries, UserRow } from './users.queries.ts';

/** Milliseconds between two writes of when someone was last here. */
const activityEveryMs = 10 * 60_000;

export class UserService {
  #platform: Platform;
  #users: UserQueries;
  #audit: AuditQueries;

  constructor(platform: Platform, users: UserQueries, audit: AuditQueries) {
    this.#platform = platform;
    this.#users = users;
    this.#audit = audit;
  }

  /** The account as it is at this moment; undefined when it was deactivated or removed. */
  async actor(id: string): Promise<Actor | undefined> {
    const row = await this.#users.byId(id);
    if (!row?.active) return undefined;
    const { now, log } = this.#platform;
    if (now() - (row.lastActiveAt ?? 0) > activityEveryMs) {
      // Nobody waits for this, and a full disk must not keep people from reading.
      this.#users
        .update(id, { lastActiveAt: now() })
        .catch((error: unknown) => log.warn({ err: error }, 'activity was not noted'));
    }
    return { id: row.id, name: row.name, email: row.email, role: row.role };
  }

  async rename(actor: Actor, name: string): Promise<Actor> {
    await this.#users.update(actor.id, { name });
    return { ...actor, name };
  }

  /** Changes take effect at once: sessions end with the account, sockets with the role. */
  async manage(admin: Actor, id: string, wanted: { role?: Role; active?: boolean }): Promise<UserRow> {
    const { store, sessions, realtime, signals } = this.#platform;
    const { before, after } = await store.tx(async () => {
      await this.#users.lockAdmins();
      const before = await this.#users.byId(id);
      if (!before) throw notFound('There is no such account.');
      const after = await this.#users.update(id, { role: before.role, ...wanted });
      if (!after) throw notFound('There is no such account.');
      if ((await this.#users.countActiveAdmins()) === 0) {
        throw refused('This is the last active admin. Make someone else an admin first.', 'last_admin');
      }
      if (before.role !== after.role || before.active !== after.active) {
        await this.#audit.record({
          actorId: admin.id,
          action: 'user.changed',
          targetType: 'user',
          targetId: id,
          details: wanted,
        });
      }
      return { before, after };
    });
    if (!after.active) {
      await sessions.revokeUser(id);
      realtime.disconnectRoom(rooms.user(id), 'signed_out');
    } else if (before.role !== after.role) {
      realtime.disconnectRoom(rooms.user(id), 'role_changed');
    }
    signals.emit('user:changed', { userId: id });
    return after;
  }
}
