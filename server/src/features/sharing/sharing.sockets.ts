import { DomainError } from '../../platform/errors.ts';
import { on, type SocketFeature } from '../../platform/sockets/on.ts';
import type { ShareWatch } from './sharing.watch.ts';

/** Links a socket may ask to follow within a minute: a page asks once, and again after each reconnection. */
const watchesPerMinute = 60;
const minuteMs = 60_000;

/** Hearing when a shared page that is open goes away, or was refreshed. */
export const sharingSockets =
  (watch: ShareWatch): SocketFeature =>
  (context) => {
    const { socket } = context;
    let asked = { since: 0, count: 0 };

    const requireLeave = () => {
      if (Date.now() - asked.since > minuteMs) asked = { since: Date.now(), count: 0 };
      asked.count++;
      if (asked.count > watchesPerMinute) {
        throw new DomainError('rate_limited', 'Too many links at once. Try again in a minute.');
      }
    };

    on(context, 'share:watch', async ({ id }, actor) => {
      requireLeave();
      return { version: await watch.add(socket, actor, id) };
    });

    on(context, 'share:unwatch', async ({ id }) => {
      await watch.remove(socket, id);
      return undefined;
    });

    socket.on('disconnect', () => watch.removeSocket(socket));
  };
