/** Milliseconds before waiting is shown: what is done sooner would only flicker. */
export const busyDelay = 200;

/** Turns true once `condition` has held for `busyDelay`, and false at once. */
export function delayed(condition: () => boolean): { readonly current: boolean } {
  let current = $state(false);
  $effect(() => {
    if (!condition()) return;
    const timer = setTimeout(() => (current = true), busyDelay);
    return () => {
      clearTimeout(timer);
      current = false;
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
