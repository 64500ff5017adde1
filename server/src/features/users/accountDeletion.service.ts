import { notFound, refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { AccountLinkQueries } from './accountLinks.queries.ts';
import type { AccountData } from './users.contract.ts';
import type { UserQueries } from './users.queries.ts';
import { requireActiveAdmin } from './users.service.ts';

/** What happens to what the person leaves behind. */
export interface Leftovers {
  chats: 'delete' | 'keep';
  links: 'revoke' | 'keep';
}
interface Parts {
  queries: UserQueries;
  links: AccountLinkQueries;
  audit: AuditQueries;
  data: AccountData;
}

/**
 * Deletes accounts. The account is closed first, then its chats are deleted one by one, and its name and email are
 * removed last: a deletion that was interrupted leaves a deactivated account, which can be deleted again. The row
 * remains without personal data, so that kept chats and the audit log refer to something, and nobody can read them.
 */
export class AccountDeletion {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Throws `refused` for one's own account, for the last admin, and for links that would lose their chats. */
  async remove(admin: Actor, id: string, leftovers: Leftovers): Promise<void> {
    if (admin.id === id) {
      throw refused('You cannot delete your own account. Ask another admin.', 'own_account');
    }
    if (leftovers.chats === 'delete' && leftovers.links === 'keep') {
      throw refused('A link ends with its chat. To keep the links, keep the chats.', 'links_need_chats');
    }
    await this.#close(admin, id, leftovers);
    this.#platform.signals.emit('user:changed', { userId: id });
    const deleted = leftovers.chats === 'delete' ? await this.#parts.data.deleteChats(admin, id) : 0;
    await this.#anonymize(admin, id, { ...leftovers, chatsDeleted: deleted });
    this.#platform.signals.emit('user:changed', { userId: id });
  }

  /** Deactivates the account, ends its sessions and sockets, and revokes its links. */
  async #close(admin: Actor, id: string, { links }: Leftovers): Promise<void> {
    const { queries, audit, data } = this.#parts;
    const { store, sessions, realtime } = this.#platform;
    await store.tx(async () => {
      await queries.lockAdmins();
      const user = await queries.byId(id);
      if (!user || user.deletedAt !== null) throw notFound('User not found.');
      await queries.update(id, { active: false });
      await requireActiveAdmin(queries);
      if (user.active) await audit.recordAction(admin, 'user.changed', [id], { active: false });
      if (links === 'revoke') await data.revokeLinks(admin, id);
      await sessions.revokeUser(id);
    });
    realtime.disconnectRoom(rooms.user(id), 'signed_out');
  }

  async #anonymize(admin: Actor, id: string, details: Record<string, unknown>): Promise<void> {
    const { queries, links, audit, data } = this.#parts;
    await this.#platform.store.tx(async () => {
      if (!(await queries.anonymize(id))) throw notFound('User not found.');
      await links.removeOf(id);
      await data.leaveAudiences(id);
      await audit.recordAction(admin, 'user.deleted', [id], details);
    });
  }
}
