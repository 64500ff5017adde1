/**
 * Resolves when everything that an event or request caused has happened. The fake server and socket use no timers, so
 * the next task starts only after all of it; a request that was not received by then is never sent.
 */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
