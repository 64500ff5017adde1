import { createSubscriber } from 'svelte/reactivity';

/** Milliseconds between two ticks; "5 min ago" is wrong by at most half a minute. */
const tickEvery = 30_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, tickEvery);
  return () => clearInterval(timer);
});

/** The present time. Whoever reads it in a component is shown anew with every tick of one shared clock. */
export function now(): number {
  subscribe();
  return Date.now();
}
