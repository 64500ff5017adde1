import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two reads. */
const intervalMs = 10;

/** Reads a value until it meets the condition, and returns it. Throws with the last value after `withinMs`. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  condition: (value: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (performance.now() > giveUpAt) {
      throw new Error(`The condition was not met within ${withinMs} ms; last: ${JSON.stringify(value)}`);
    }
    await pause(intervalMs);
  }
}
