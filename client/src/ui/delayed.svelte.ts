/** Milliseconds before a busy state is shown, so that short actions do not flicker. */
export const busyDelayMs = 200;

/** Becomes true when `condition` has been true for `busyDelayMs`, and false immediately when it is not. */
export function delayed(condition: () => boolean): { readonly current: boolean } {
  let current = $state(false);
  $effect(() => {
    if (!condition()) return;
    const timer = setTimeout(() => (current = true), busyDelayMs);
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
