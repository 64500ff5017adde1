import { DomainError, notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { on, type AppSocket, type SocketFeature } from '../../platform/sockets/on.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { LinkAccess } from './sharing.policy.ts';
import type { LinkRow } from './sharing.queries.ts';

/** Shared pages one socket may watch: each tab has its own socket, and a tab shows one page. */
const maxLinksPerSocket = 20;
interface WatchedLink {
  chatId: string;
  sockets: Map<string, AppSocket>;
}

/**
 * Tracks which sockets of this node have which shared page open. After every change of a link, its owner, its
 * viewers or the policy, everyone who has the link open is checked again, and those who may no longer read it are
 * evicted.
 */
export class ShareSubscriptions {
  #platform: Platform;
  #access: LinkAccess;
  #watched = new Map<string, WatchedLink>();

  constructor(platform: Platform, access: LinkAccess) {
    this.#platform = platform;
    this.#access = access;
    const { signals, cluster } = platform;
    const evictAll = () => this.#evictWhere(() => true);
    signals.onEveryNode('links:restricted', ({ ids }) => this.#evictHere(ids));
    signals.onEveryNode('chat:deleted', ({ chatId }) => this.#evictWhere((link) => link.chatId === chatId));
    signals.onEveryNode('user:changed', evictAll);
    signals.onEveryNode('settings:changed', evictAll);
    cluster.onMissed(evictAll);
  }

  /** Subscribes the socket and returns the link's current version. Throws 404 when this person may not read it. */
  async add(socket: AppSocket, actor: Actor, id: string): Promise<number> {
    const link = await this.#access.require(actor, id);
    if (this.#countOf(socket) >= maxLinksPerSocket) {
      throw new DomainError('rate_limited', 'Too many shared pages are open in this tab. Close some.');
    }
    await socket.join(rooms.share(id));
    const watched = this.#watched.get(id) ?? { chatId: link.chatId, sockets: new Map() };
    watched.sockets.set(socket.id, socket);
    this.#watched.set(id, watched);
    // The link may have been revoked, or the socket closed, while the socket joined the room.
    if (socket.disconnected) this.removeSocket(socket);
    if ((await this.#access.allowedViewers(id, [actor.id])).size > 0) return link.version;
    await this.remove(socket, id);
    throw notFound();
  }

  async remove(socket: AppSocket, id: string): Promise<void> {
    const sockets = this.#watched.get(id)?.sockets;
    sockets?.delete(socket.id);
    if (sockets?.size === 0) this.#watched.delete(id);
    await socket.leave(rooms.share(id));
  }

  /** Removes all subscriptions of a socket that has closed. */
  removeSocket(socket: AppSocket): void {
    for (const [id, { sockets }] of this.#watched) {
      if (sockets.delete(socket.id) && sockets.size === 0) this.#watched.delete(id);
    }
  }

  /** Evicts viewers who lost access, then notifies the rest if the page changed. */
  async linkChanged({ id, currentVersion }: LinkRow, pageChanged: boolean): Promise<void> {
    await this.evictUnauthorized([id]);
    if (!pageChanged) return;
    this.#platform.realtime.send(rooms.share(id), 'share:updated', { id, version: currentVersion });
  }

  /** Evicts everyone who has one of these links open and may no longer read it. Does not wait for other nodes. */
  async evictUnauthorized(ids: string[]): Promise<void> {
    await this.#evictHere(ids);
    if (ids.length > 0) this.#platform.cluster.publish({ name: 'links:restricted', payload: { ids } });
  }

  async #evictHere(ids: string[]): Promise<void> {
    for (const id of ids) {
      const sockets = [...(this.#watched.get(id)?.sockets.values() ?? [])];
      if (sockets.length === 0) continue;
      const allowed = await this.#access.allowedViewers(id, [...new Set(sockets.map(userIdOf))]);
      for (const socket of sockets) {
        if (allowed.has(userIdOf(socket))) continue;
        socket.emit('share:revoked', { id });
        await this.remove(socket, id);
      }
    }
  }

  #evictWhere(matches: (link: WatchedLink) => boolean): Promise<void> {
    const links = [...this.#watched].filter(([, link]) => matches(link));
    return this.#evictHere(links.map(([id]) => id));
  }

  #countOf(socket: AppSocket): number {
    let count = 0;
    for (const { sockets } of this.#watched.values()) if (sockets.has(socket.id)) count++;
    return count;
  }
}

const userIdOf = (socket: AppSocket): string => socket.data.userId;

/** Events by which an open shared page learns that it was revoked or updated. */
export const sharingSockets =
  ({ rateLimits }: Platform, subscriptions: ShareSubscriptions): SocketFeature =>
  (context) => {
    const { socket } = context;

    on(context, 'share:watch', { limit: rateLimits.shareLookUp }, async ({ id }, actor) => ({
      version: await subscriptions.add(socket, actor, id),
    }));

    on(context, 'share:unwatch', async ({ id }) => {
      await subscriptions.remove(socket, id);
      return undefined;
    });

    socket.on('disconnect', () => subscriptions.removeSocket(socket));
  };
