import { createSubscriber } from 'svelte/reactivity';

/** Milliseconds between updates, so that "5 min ago" is off by at most half a minute. */
const tickIntervalMs = 30_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, tickIntervalMs);
  return () => clearInterval(timer);
});

/** Returns the current time. A component that reads it updates with every tick of one shared clock. */
export function now(): number {
  subscribe();
  return Date.now();
}
