/** Milliseconds of one frame that rendering may take; a frame lasts 16. */
const sliceMs = 6;

let deadline = 0;
let isScheduled = false;
let pendingLoads = 0;
const queue: (() => void)[] = [];
const idleResolvers: (() => void)[] = [];

/** Starts the time budget of this frame. */
export function beginSlice(): void {
  deadline = performance.now() + sliceMs;
}

export const hasTime = (): boolean => performance.now() < deadline;

/**
 * Runs `task` now if this frame has time for it, otherwise in a later one. `load` first fetches what the task
 * needs; a task whose load fails is dropped, and the page is not changed.
 */
export function runWhenReady(task: () => void, load?: () => Promise<void>): void {
  if (!load) {
    if (hasTime() && queue.length === 0) task();
    else runLater(task);
    return;
  }
  pendingLoads += 1;
  load()
    .then(() => runLater(task))
    .catch(() => undefined)
    .finally(() => {
      pendingLoads -= 1;
      notifyIdle();
    });
}

/** Runs `task` in a later frame. */
export function runLater(task: () => void): void {
  queue.push(task);
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(runSlice);
}

function runSlice(): void {
  isScheduled = false;
  beginSlice();
  do queue.shift()?.();
  while (queue.length > 0 && hasTime());
  if (queue.length > 0) {
    isScheduled = true;
    // Lets the browser paint before the next slice.
    requestAnimationFrame(() => setTimeout(runSlice));
  }
  notifyIdle();
}

/** Resolves when all loading, highlighting and typesetting is done. */
export async function whenIdle(): Promise<void> {
  while (queue.length > 0 || pendingLoads > 0) {
    await new Promise<void>((resolve) => idleResolvers.push(resolve));
  }
}

function notifyIdle(): void {
  for (const resolve of idleResolvers.splice(0)) resolve();
}
