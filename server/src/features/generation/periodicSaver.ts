/** Milliseconds between two writes of an answer that grows: what a crash may cost at most. */
const saveEveryMs = 1_500;

/** Writes something that keeps growing, now and then. A write that fails is simply followed by the next one. */
export class Saver {
  #save: () => Promise<void>;
  #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** There is more to write than the write under way takes along. */
  #again = false;
  #closed = false;

  constructor(save: () => Promise<void>, failed: (error: unknown) => void) {
    this.#save = save;
    this.#failed = failed;
  }

  /** There is something new. */
  soon(): void {
    if (this.#closed || this.#timer) return;
    if (this.#writing) this.#again = true;
    else this.#timer = setTimeout(() => (this.#writing = this.#write()), saveEveryMs);
  }

  /** Writes no more. Resolves when nothing is being written. */
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
      this.#failed(error);
      this.#again = true;
    }
    this.#writing = undefined;
    if (this.#again) this.soon();
  }
}
