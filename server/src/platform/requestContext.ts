import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const context = new AsyncLocalStorage<string | undefined>();

/** Returns 12 random hexadecimal digits: short enough to read out, and enough for the logs of months. */
export function newRequestId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(9, 13);
}

/** Runs `work`, and everything it starts, as part of the request. */
export const inRequest = <T>(requestId: string, work: () => T): T => context.run(requestId, work);

/** Runs `work` as part of no request: for what only happens to be started by one. */
export const outsideRequests = <T>(work: () => T): T => context.run(undefined, work);

/** Returns the id of the request or socket event that is being handled. */
export const currentRequestId = (): string | undefined => context.getStore();
