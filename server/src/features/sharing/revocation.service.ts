import { limits } from '#shared/limits';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';
import type { ShareSubscriptions } from './sharing.sockets.ts';

/** Chats that are announced one by one. If there are more, clients reload their lists. */
const singleAnnouncementsMax = 20;
/** Milliseconds between two sweeps: an open page closes shortly after its link expires. */
const sweepIntervalMs = 1_000;

interface Parts {
  chats: ChatService;
  queries: SharingQueries;
  audit: AuditQueries;
  subscriptions: ShareSubscriptions;
}
type LinkIds = Pick<LinkRow, 'id' | 'chatId'>;

const idsOf = (links: { id: string }[]) => links.map(({ id }) => id);

/** Revokes links, and restores them within the undo window. */
export class RevocationService {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Revokes the chat's link; the chat is unchanged. Throws 404 when the chat has no live link. */
  async revokeShare(actor: Actor, chatId: string): Promise<void> {
    await this.#parts.chats.authorize(actor, chatId);
    const link = await this.#parts.queries.liveOfChat(chatId);
    if (!link) throw notFound();
    await this.revokeLink(actor, link.id);
  }

  /** Revokes the link. Throws 404 when it is not one of this person's own live links. */
  async revokeLink(actor: Actor, id: string): Promise<void> {
    const revoked = await this.#revoke(actor, [id], 'owner');
    if (revoked.length === 0) throw notFound();
  }

  /** Returns the ids that were revoked. Ids that are not this person's own live links are ignored. */
  async revokeMany(actor: Actor, ids: string[] | 'all'): Promise<string[]> {
    return idsOf(await this.#revoke(actor, ids, 'owner_bulk'));
  }

  /**
   * Revokes all links of a person whose account ends. Call it inside the transaction that deactivates them: the signal
   * about their account then closes the open pages.
   */
  async revokeAllOf(admin: Actor, ownerId: string): Promise<void> {
    const { queries, audit } = this.#parts;
    const links = await queries.revoke(ownerId, 'all', { by: admin.id, reason: 'admin' });
    await audit.recordAction(admin, 'shared_link.revoked', idsOf(links), { reason: 'admin' });
  }

  /** Restores the same link. Throws 404 when the undo window has passed or someone else revoked it. */
  async restore(actor: Actor, id: string): Promise<LinkRow> {
    const restored = await this.#restore(actor, [id]);
    if (!restored) {
      throw conflict('This chat has been shared again. Delete the new link first.', 'shared_again');
    }
    const link = restored.length > 0 ? await this.#parts.queries.byId(id) : undefined;
    if (!link) throw notFound();
    this.#announce(actor, [link]);
    return link;
  }

  /** Restores each of the links that can be restored. Returns their number. */
  async restoreMany(actor: Actor, ids: string[]): Promise<number> {
    const uniqueIds = [...new Set(ids)];
    const restored =
      (await this.#restore(actor, uniqueIds)) ?? (await this.#restoreOneByOne(actor, uniqueIds));
    this.#announce(actor, restored);
    return restored.length;
  }

  async #revoke(actor: Actor, ids: string[] | 'all', reason: 'owner' | 'owner_bulk'): Promise<LinkIds[]> {
    const { queries, audit, subscriptions } = this.#parts;
    const revoked = await this.#platform.store.tx(async () => {
      const links = await queries.revoke(actor.id, ids, { by: actor.id, reason });
      await audit.recordAction(actor, 'shared_link.revoked', idsOf(links), { reason });
      return links;
    });
    await subscriptions.evictUnauthorized(idsOf(revoked));
    this.#announce(actor, revoked);
    return revoked;
  }

  /** Restores all that can be restored, or none: returns undefined when the chat of one was shared again. */
  async #restore(actor: Actor, ids: string[]): Promise<LinkIds[] | undefined> {
    const { queries, audit } = this.#parts;
    const since = this.#platform.now() - limits.undoWindowMs;
    try {
      return await this.#platform.store.tx(async () => {
        const restored: LinkIds[] = [];
        for (const id of ids) {
          const link = await queries.restore(actor.id, id, since);
          if (link) restored.push(link);
        }
        await audit.recordAction(actor, 'shared_link.restored', idsOf(restored));
        return restored;
      });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  async #restoreOneByOne(actor: Actor, ids: string[]): Promise<LinkIds[]> {
    const restored: LinkIds[] = [];
    for (const id of ids) restored.push(...((await this.#restore(actor, [id])) ?? []));
    return restored;
  }

  #announce(actor: Actor, links: LinkIds[]): void {
    const { signals, realtime } = this.#platform;
    if (links.length > singleAnnouncementsMax) {
      realtime.send(rooms.user(actor.id), 'chats:changed', {});
      return;
    }
    for (const { chatId } of links) signals.emit('link:changed', { chatId, ownerId: actor.id });
  }
}

/** Finds links that have expired, records each once in the audit log, and evicts their viewers. */
export class ExpirySweeper {
  #platform: Platform;
  #parts: Pick<Parts, 'queries' | 'audit' | 'subscriptions'>;
  #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;

  constructor(platform: Platform, parts: Pick<Parts, 'queries' | 'audit' | 'subscriptions'>) {
    this.#platform = platform;
    this.#parts = parts;
    this.#timer = setInterval(() => this.#startSweep(), sweepIntervalMs).unref();
  }

  /** Resolves when the last sweep has ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { queries, audit, subscriptions } = this.#parts;
    const expired = idsOf(await queries.expiredUnrecorded());
    if (expired.length === 0) return;
    await this.#platform.store.tx(async () => {
      const recorded = await queries.recordExpiry(expired);
      await audit.recordAction(null, 'shared_link.expired', idsOf(recorded));
    });
    await subscriptions.evictUnauthorized(expired);
  }

  #startSweep(): void {
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => this.#platform.log.warn({ err: error }, 'sweep of expired links failed'))
      .finally(() => (this.#sweeping = undefined));
  }
}
