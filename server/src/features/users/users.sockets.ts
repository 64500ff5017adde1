import { isAdmin } from '../../platform/policy.ts';
import type { SocketFeature } from '../../platform/sockets/on.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { UserQueries } from './users.queries.ts';

/** Tells the tabs of admins how many accounts wait for approval: when they connect, and after every change. */
export const userSockets =
  (queries: UserQueries): SocketFeature =>
  (context) => {
    const { socket, log } = context;
    const follow = async () => {
      if (!isAdmin(await context.actor())) return;
      await socket.join(rooms.admins);
      socket.emit('users:pending', { count: await queries.countPending() });
    };
    // A socket whose session has ended is closed by the server.
    follow().catch((error: unknown) => log.debug({ err: error }, 'the count of pending users was not sent'));
  };
