import type { Role } from '#shared/users';
import { notFound, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { UserQueries, UserRow } from './users.queries.ts';

/** Milliseconds between two writes of a user's last activity. */
const activityEveryMs = 10 * 60_000;

interface Parts {
  queries: UserQueries;
  audit: AuditQueries;
}

/** Throws `refused` when the transaction leaves no admin who can sign in. */
export async function requireActiveAdmin(queries: UserQueries): Promise<void> {
  if ((await queries.countActiveAdmins()) > 0) return;
  throw refused('This is the last active admin. Make someone else an admin first.', 'last_admin');
}

export class UserService {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    platform.signals.on('user:registered', () => this.#announcePending());
    platform.signals.on('user:changed', () => this.#announcePending());
  }

  /** Returns the user as stored now; undefined when deactivated or removed. */
  async findActor(id: string): Promise<Actor | undefined> {
    const row = await this.#parts.queries.byId(id);
    if (!row?.active) return undefined;
    const { now, log } = this.#platform;
    if (now() - (row.lastActiveAt ?? 0) > activityEveryMs) {
      // Not awaited: a full disk must not keep people from reading.
      this.#parts.queries
        .update(id, { lastActiveAt: now() })
        .catch((error: unknown) => log.warn({ err: error }, 'recording activity failed'));
    }
    return { id: row.id, name: row.name, email: row.email, role: row.role };
  }

  async rename(actor: Actor, name: string): Promise<Actor> {
    await this.#parts.queries.update(actor.id, { name });
    return { ...actor, name };
  }

  /** Changes the role or status at once: deactivation ends the sessions of the user, a new role closes the sockets. */
  async update(admin: Actor, id: string, changes: { role?: Role; active?: boolean }): Promise<UserRow> {
    const { store, sessions, realtime, signals } = this.#platform;
    const { before, after } = await store.tx(async () => {
      await this.#parts.queries.lockAdmins();
      const before = await this.#parts.queries.byId(id);
      if (!before || before.deletedAt !== null) throw notFound('User not found.');
      const after = await this.#parts.queries.update(id, { role: before.role, ...changes });
      if (!after) throw notFound('User not found.');
      await requireActiveAdmin(this.#parts.queries);
      if (before.role !== after.role || before.active !== after.active) {
        await this.#parts.audit.record({
          actorId: admin.id,
          action: 'user.changed',
          targetType: 'user',
          targetId: id,
          details: changes,
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

  async #announcePending(): Promise<void> {
    const count = await this.#parts.queries.countPending();
    this.#platform.realtime.send(rooms.admins, 'users:pending', { count });
  }
}
