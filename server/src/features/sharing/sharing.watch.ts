import { DomainError, notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AppSocket } from '../../platform/sockets/on.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { LinkAccess } from './sharing.access.ts';

/** Shared pages one socket may follow: each tab has its own socket, and a tab shows one. */
const watchedPerSocket = 20;

interface Watched {
  chatId: string;
  sockets: Map<string, AppSocket>;
}

/**
 * Who has which shared page open at this process. Whatever happens to a link, its owner, its readers or the policy,
 * the same question is asked again of everyone who has it open, and who may not read it any more is shown out.
 */
export class ShareWatch {
  #access: LinkAccess;
  #watched = new Map<string, Watched>();

  constructor(platform: Platform, access: LinkAccess) {
    this.#access = access;
    platform.signals.on('chat:deleted', ({ chatId }) => this.#recheckAll((link) => link.chatId === chatId));
    platform.signals.on('user:changed', () => this.#recheckAll(() => true));
    platform.signals.on('settings:changed', () => this.#recheckAll(() => true));
  }

  /** Lets the socket hear of the link, and answers its current version; 404 when this person may not read it. */
  async add(socket: AppSocket, actor: Actor, id: string): Promise<number> {
    const link = await this.#access.require(actor, id);
    if (this.#countOf(socket) >= watchedPerSocket) {
      throw new DomainError('rate_limited', 'Too many shared pages are open in this tab. Close some.');
    }
    await socket.join(rooms.share(id));
    const watched = this.#watched.get(id) ?? { chatId: link.chatId, sockets: new Map() };
    watched.sockets.set(socket.id, socket);
    this.#watched.set(id, watched);
    // It may have been revoked while the socket was on its way into the room, or the socket have closed.
    if (socket.disconnected) this.removeSocket(socket);
    if ((await this.#access.readersAmong(id, [actor.id])).size > 0) return link.version;
    await this.remove(socket, id);
    throw notFound();
  }

  async remove(socket: AppSocket, id: string): Promise<void> {
    const sockets = this.#watched.get(id)?.sockets;
    sockets?.delete(socket.id);
    if (sockets?.size === 0) this.#watched.delete(id);
    await socket.leave(rooms.share(id));
  }

  /** The socket has closed. */
  removeSocket(socket: AppSocket): void {
    for (const [id, { sockets }] of this.#watched) {
      if (sockets.delete(socket.id) && sockets.size === 0) this.#watched.delete(id);
    }
  }

  /** Shows out whoever has one of these links open and may not read it any more. */
  async recheck(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      const sockets = [...(this.#watched.get(id)?.sockets.values() ?? [])];
      if (sockets.length === 0) continue;
      const readers = await this.#access.readersAmong(id, [...new Set(sockets.map(userOf))]);
      for (const socket of sockets) {
        if (readers.has(userOf(socket))) continue;
        socket.emit('share:revoked', { id });
        await this.remove(socket, id);
      }
    }
  }

  #recheckAll(concerns: (link: Watched) => boolean): Promise<void> {
    return this.recheck([...this.#watched].filter(([, link]) => concerns(link)).map(([id]) => id));
  }

  #countOf(socket: AppSocket): number {
    let count = 0;
    for (const { sockets } of this.#watched.values()) if (sockets.has(socket.id)) count++;
    return count;
  }
}

const userOf = (socket: AppSocket): string => socket.data.userId;
