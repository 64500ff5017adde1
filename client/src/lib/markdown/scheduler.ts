/** Milliseconds of one frame that rendering may take, of the 16 there are. */
const sliceMs = 6;

let deadline = 0;
let isScheduled = false;
let loads = 0;
const queue: (() => void)[] = [];
const waiting: (() => void)[] = [];

/** Begins a frame's share of work. */
export function beginSlice(): void {
  deadline = performance.now() + sliceMs;
}

export const hasTime = (): boolean => performance.now() < deadline;

/**
 * Runs `task` at once when this frame has time for it, otherwise in a later one. `load` fetches what the task
 * needs first; a task whose load fails is dropped, and what is shown stays as it is.
 */
export function whenFree(task: () => void, load?: () => Promise<void>): void {
  if (!load) {
    if (hasTime() && queue.length === 0) task();
    else later(task);
    return;
  }
  loads += 1;
  load()
    .then(() => later(task))
    .catch(() => undefined)
    .finally(() => {
      loads -= 1;
      tellWhoWaits();
    });
}

/** Runs `task` in a later frame. */
export function later(task: () => void): void {
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
    // Lets the browser draw what is there before the next slice.
    requestAnimationFrame(() => setTimeout(runSlice));
  }
  tellWhoWaits();
}

/** Done when nothing is being loaded, coloured or set any more. */
export async function workDone(): Promise<void> {
  while (queue.length > 0 || loads > 0) await new Promise<void>((resolve) => waiting.push(resolve));
}

function tellWhoWaits(): void {
  for (const resolve of waiting.splice(0)) resolve();
}
