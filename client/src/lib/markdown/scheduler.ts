/** Milliseconds of one frame that rendering may take; a frame lasts 16. */
const sliceMs = 6;
/** Weight that may be rendered in one frame, because the browser lays out what was added only afterwards. */
const maxSliceWeight = 8_000;
/**
 * Weight and milliseconds of one task within which each text shows its beginning, so that an ordinary chat appears
 * at once.
 */
const maxFirstWeight = 20_000;
const firstMs = 80;

/** Milliseconds to wait for fonts on a slow network. */
const maxFontWaitMs = 1_000;

let deadline = 0;
let taskStart = 0;
let spent = 0;
let isTaskOpen = false;
let isScheduled = false;
let pendingLoads = 0;
const queue: (() => void)[] = [];
const idleResolvers: (() => void)[] = [];

/** Starts the time budget of this frame. Texts that are updated in the same task share what they may add. */
export function beginSlice(): void {
  deadline = performance.now() + sliceMs;
  if (isTaskOpen) return;
  isTaskOpen = true;
  spent = 0;
  taskStart = performance.now();
  setTimeout(() => (isTaskOpen = false));
}

/** Counts `weight` as rendered in this frame. */
export function spend(weight: number): void {
  spent += weight;
}

export const hasTime = (): boolean => performance.now() < deadline && spent < maxSliceWeight;

/** Whether a text may show its beginning now rather than in a later frame. */
export const mayBegin = (): boolean => spent < maxFirstWeight && performance.now() - taskStart < firstMs;

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
  renewBudget();
  do queue.shift()?.();
  while (queue.length > 0 && hasTime());
  if (queue.length > 0) {
    isScheduled = true;
    // Lets the browser paint before the next slice.
    requestAnimationFrame(() => setTimeout(() => void fontsLoaded().then(runSlice)));
  }
  notifyIdle();
}

/** With every font that arrives the browser lays out all text again, so a long text waits for those in use. */
async function fontsLoaded(): Promise<void> {
  // Not in every environment of the tests.
  const fonts = 'fonts' in document ? document.fonts : undefined;
  if (fonts?.status !== 'loading') return;
  const tooLong = new Promise((resolve) => setTimeout(resolve, maxFontWaitMs));
  await Promise.race([fonts.ready, tooLong]);
}

/** Runs everything that waits for a later frame now. */
export function runAll(): void {
  for (let task = queue.shift(); task; task = queue.shift()) {
    // Without a budget a text would wait for a later frame again, and this would never end.
    renewBudget();
    task();
  }
}

function renewBudget(): void {
  beginSlice();
  spent = 0;
  taskStart = performance.now();
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
