import type { Server } from 'socket.io';
import type { ServerEvent, ServerPayload } from '#shared/socketEvents';

/** Names of rooms, in one place. */
export const rooms = {
  /** All tabs of one person. */
  user: (userId: string) => `user:${userId}`,
  /** All tabs of one sign-in. */
  session: (sidHash: string) => `session:${sidHash}`,
  /** Those who have the chat open; only its owner can. */
  chat: (chatId: string) => `chat:${chatId}`,
  /** Those who have the shared page open. */
  share: (linkId: string) => `share:${linkId}`,
};

/** What services say to browsers. Made before the sockets are, so that services can be given it. */
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

  /** Says why, then closes every socket in the room. */
  disconnectRoom(room: string, reason: ServerPayload<'session:ended'>['reason']): void {
    this.send(room, 'session:ended', { reason });
    this.#io?.in(room).disconnectSockets(true);
  }

  clearRoom(room: string): void {
    this.#io?.in(room).socketsLeave(room);
  }

  /** Who is in the room: one entry per open socket. */
  async occupants(room: string): Promise<{ socketId: string; userId: string }[]> {
    const sockets = (await this.#io?.in(room).fetchSockets()) ?? [];
    return sockets.map((socket) => ({
      socketId: socket.id,
      userId: (socket.data as { userId: string }).userId,
    }));
  }
}
