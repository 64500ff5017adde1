import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server as SocketServer } from 'socket.io';
import type { Connections } from './http/connections.ts';
import type { Logger } from './log.ts';

/** Milliseconds after which the next step of a shutdown begins. Together less than the five seconds the stop may take. */
export const shutdownMs = {
  /** Saving unfinished answers, ending imports. */
  drain: 2_300,
  /** Requests that are being served. */
  requests: 500,
  features: 500,
  /** Giving up what this node holds. */
  cluster: 300,
  database: 1_000,
};
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

/** Closes all sockets, lets the requests that are being served finish for a moment, then closes every connection. */
export async function closeConnections(
  http: HttpServer,
  io: SocketServer,
  connections: Connections,
): Promise<void> {
  const closed = io.close();
  const idle = setInterval(() => http.closeIdleConnections(), idleCheckMs);
  await Promise.race([closed, sleep(shutdownMs.requests)]);
  clearInterval(idle);
  connections.closeAll();
  await closed;
}
