import { limits } from '#shared/limits';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { conflict, notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import { linkEvent } from './sharing.audit.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';
import type { ShareWatch } from './sharing.watch.ts';

/** Chats announced one by one; with more, lists are told to read themselves again. */
const announcedSingly = 20;
/** Entries one insert carries: SQLite takes 32,766 values in a statement. */
const auditRows = 1_000;

type Gone = Pick<LinkRow, 'id' | 'chatId'>;

/** Taking links back, and putting them back within the moments in which that can be undone. */
export class LinkRevocations {
  #platform: Platform;
  #chats: ChatService;
  #queries: SharingQueries;
  #audit: AuditQueries;
  #watch: ShareWatch;

  constructor(
    platform: Platform,
    parts: { chats: ChatService; queries: SharingQueries; audit: AuditQueries; watch: ShareWatch },
  ) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#queries = parts.queries;
    this.#audit = parts.audit;
    this.#watch = parts.watch;
  }

  /** 404 when the chat has no live link. The chat itself is not touched. */
  async revokeOfChat(actor: Actor, chatId: string): Promise<void> {
    await this.#chats.authorize(actor, 'change', chatId);
    const link = await this.#queries.liveOfChat(chatId);
    if (!link) throw notFound();
    await this.revoke(actor, link.id);
  }

  /** 404 when it is not one of this person's own live links. */
  async revoke(actor: Actor, id: string): Promise<void> {
    const revoked = await this.#revoke(actor, [id], 'owner');
    if (revoked.length === 0) throw notFound();
  }

  /** Ids that are not of this person's own live links are passed over in silence. Answers those that were revoked. */
  async revokeMany(actor: Actor, ids: string[] | 'all'): Promise<string[]> {
    const revoked = await this.#revoke(actor, ids, 'owner_bulk');
    return revoked.map((link) => link.id);
  }

  /** Brings the very same link back. 404 when the time for it has passed or the owner did not revoke it. */
  async restore(actor: Actor, id: string): Promise<LinkRow> {
    const restored = await this.#restore(actor, [id]);
    if (!restored) {
      throw conflict('This chat has been shared again meanwhile. Delete that link first.', 'shared_again');
    }
    const row = restored.length > 0 ? await this.#queries.byId(id) : undefined;
    if (!row) throw notFound();
    this.#announce(actor, [row]);
    return row;
  }

  /** As `restore`, for each of the ids on its own. Answers how many came back. */
  async restoreMany(actor: Actor, ids: string[]): Promise<number> {
    const named = [...new Set(ids)];
    const restored = (await this.#restore(actor, named)) ?? (await this.#restoreOneByOne(actor, named));
    this.#announce(actor, restored);
    return restored.length;
  }

  async #revoke(actor: Actor, ids: string[] | 'all', reason: 'owner' | 'owner_bulk'): Promise<Gone[]> {
    const revoked = await this.#platform.store.tx(async () => {
      const gone = await this.#queries.revoke(actor.id, ids, { by: actor.id, reason });
      for (let i = 0; i < gone.length; i += auditRows) {
        const some = gone.slice(i, i + auditRows);
        await this.#audit.record(...some.map(({ id }) => linkEvent(actor, 'revoked', id, { reason })));
      }
      return gone;
    });
    await this.#watch.recheck(revoked.map((link) => link.id));
    this.#announce(actor, revoked);
    return revoked;
  }

  /** All of them or none: undefined when the chat of one has been shared again. */
  async #restore(actor: Actor, ids: string[]): Promise<Gone[] | undefined> {
    const since = this.#platform.now() - limits.undoWindowMs;
    try {
      return await this.#platform.store.tx(async () => {
        const back: Gone[] = [];
        for (const id of ids) {
          const restored = await this.#queries.restore(actor.id, id, since);
          if (restored) back.push(restored);
        }
        await this.#audit.record(...back.map(({ id }) => linkEvent(actor, 'restored', id)));
        return back;
      });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  async #restoreOneByOne(actor: Actor, ids: string[]): Promise<Gone[]> {
    const back: Gone[] = [];
    for (const id of ids) back.push(...((await this.#restore(actor, [id])) ?? []));
    return back;
  }

  #announce(actor: Actor, links: Gone[]): void {
    const { signals, realtime } = this.#platform;
    if (links.length > announcedSingly) {
      realtime.send(rooms.user(actor.id), 'chats:changed', {});
      return;
    }
    for (const { chatId } of links) signals.emit('link:changed', { chatId, ownerId: actor.id });
  }
}
