/** Milliseconds between two writes of a growing answer: the most that a crash may lose. */
const saveEveryMs = 1_500;

/** Saves a growing value at intervals. A failed write is repeated at the next interval. */
export class PeriodicSaver {
  #save: () => Promise<void>;
  #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** Set when the write in progress does not cover everything. */
  #again = false;
  #closed = false;

  constructor(save: () => Promise<void>, onError: (error: unknown) => void) {
    this.#save = save;
    this.#onError = onError;
  }

  /** Call when there is something new to save. */
  schedule(): void {
    if (this.#closed || this.#timer) return;
    if (this.#writing) this.#again = true;
    else this.#timer = setTimeout(() => (this.#writing = this.#write()), saveEveryMs);
  }

  /** Stops saving. Resolves when no write is in progress. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  async #write(): Promise<void> {
    this.#timer = undefined;
    this.#again = false;
    try {
      await this.#save();
    } catch (error) {
      this.#onError(error);
      this.#again = true;
    }
    this.#writing = undefined;
    if (this.#again) this.schedule();
  }
}
