import type { Server } from 'socket.io';
import type { ServerEvent, ServerPayload } from '#shared/socketEvents';

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

/** Sends events from services to browsers. Created before the socket server, which attaches itself later. */
export class Realtime {
  #io: Server | undefined;

  attach(io: Server): void {
    this.#io = io;
  }

  send<N extends ServerEvent>(room: string, name: N, payload: ServerPayload<N>): void {
    this.#io?.to(room).emit(name, payload);
  }

  sendToAll<N extends ServerEvent>(name: N, payload: ServerPayload<N>): void {
    this.#io?.emit(name, payload);
  }

  /** Sends the reason, then closes every socket in the room. */
  disconnectRoom(room: string, reason: ServerPayload<'session:ended'>['reason']): void {
    this.send(room, 'session:ended', { reason });
    this.#io?.in(room).disconnectSockets(true);
  }

  clearRoom(room: string): void {
    this.#io?.in(room).socketsLeave(room);
  }
}
