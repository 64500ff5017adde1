import type { Server } from 'socket.io';
import type { ServerEvent, ServerPayload } from '#shared/socketEvents';
import type { Cluster } from '../cluster/cluster.ts';

/** The names of all rooms. */
export const rooms = {
  /** All tabs of one user. */
  user: (userId: string) => `user:${userId}`,
  /** All tabs of all admins. */
  admins: 'admins',
  /** All tabs of one session. */
  session: (sidHash: string) => `session:${sidHash}`,
  /** Tabs that have the chat open. Only its owner can. */
  chat: (chatId: string) => `chat:${chatId}`,
  /** Tabs that have the shared page open. */
  share: (linkId: string) => `share:${linkId}`,
};

/**
 * Sends events from services to browsers, on all nodes. Created before the socket server, which attaches itself later.
 * While other nodes cannot be reached, the browsers of this node still get their events.
 */
export class Realtime {
  #io: Server | undefined;
  #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  attach(io: Server): void {
    this.#io = io;
  }

  send<N extends ServerEvent>(room: string, name: N, payload: ServerPayload<N>): void {
    this.#reachable?.to(room).emit(name, payload);
  }

  sendToAll<N extends ServerEvent>(name: N, payload: ServerPayload<N>): void {
    this.#reachable?.emit(name, payload);
  }

  /** Sends to all browsers that are connected to this node. */
  sendToThisNode<N extends ServerEvent>(name: N, payload: ServerPayload<N>): void {
    this.#io?.local.emit(name, payload);
  }

  /** Sends the reason, then closes every socket in the room. */
  disconnectRoom(room: string, reason: ServerPayload<'session:ended'>['reason']): void {
    this.send(room, 'session:ended', { reason });
    this.#reachable?.in(room).disconnectSockets(true);
  }

  clearRoom(room: string): void {
    this.#reachable?.in(room).socketsLeave(room);
  }

  get #reachable() {
    return this.#cluster.isConnected ? this.#io : this.#io?.local;
  }
}
