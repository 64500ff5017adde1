import type { Server as HttpServer } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Server as SocketServer } from 'socket.io';
import type { Connections } from './http/connections.ts';
import type { Logger } from './log.ts';

/** Milliseconds after which the next step of a shutdown begins. Together less than the five seconds the stop may take. */
export const shutdownMs = {
  /** Leaving the proxy, if there are other nodes. */
  leave: 200,
  /** Saving unfinished answers, ending imports. */
  drain: 2_200,
  /** Requests that are still being served after that. */
  requests: 500,
  features: 500,
  /** Giving up what this node holds. */
  cluster: 300,
  database: 1_000,
};
/** Milliseconds for which requests are served after the beginning, if the steps before took less. */
const servingMs = 2_000;
/** Milliseconds between two looks for connections that have become idle. */
const idleCheckMs = 25;

/** Runs one step of a shutdown. Logs when it fails or takes too long: the next steps are needed all the same. */
export async function shutdownStep(log: Logger, name: string, ms: number, work: () => Promise<unknown>) {
  const timer = new AbortController();
  const tooLong = sleep(ms, undefined, { signal: timer.signal }).then(
    () => log.warn({ step: name, ms }, 'a step of the shutdown takes too long, going on'),
    () => undefined,
  );
  const done = work().catch((error: unknown) =>
    log.error({ err: error, step: name }, 'a step of the shutdown failed'),
  );
  await Promise.race([done, tooLong]);
  timer.abort();
}

/**
 * Makes the proxy leave out this node while it still listens. Closing the port resets the connections that wait to be
 * accepted, and a proxy may not repeat a change it has already sent over one. A read that breaks off it repeats on
 * another node, and then sends nothing more to this one.
 */
export async function leaveProxy(http: HttpServer): Promise<void> {
  http.prependListener('request', ({ method, socket }) => {
    if (method === 'GET') socket.destroy();
  });
  http.prependListener('upgrade', (_req, socket) => socket.destroy());
  await sleep(shutdownMs.leave);
  // Accepts what has arrived meanwhile, also after a moment in which the process did not run.
  await nextTurn();
}

/** Closes all sockets, lets the requests that are being served finish, then closes every connection. */
export async function closeConnections(
  http: HttpServer,
  io: SocketServer,
  connections: Connections,
  startedAt: number,
): Promise<void> {
  const closed = io.close();
  const idle = setInterval(() => http.closeIdleConnections(), idleCheckMs);
  const leftMs = startedAt + servingMs - performance.now();
  await Promise.race([closed, sleep(Math.max(leftMs, shutdownMs.requests))]);
  clearInterval(idle);
  connections.closeAll();
  await closed;
}
