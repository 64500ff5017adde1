/**
 * Calls `send` at most once in `windowMs`: the first piece goes at once, so that nobody waits for it, and what comes
 * meanwhile is gathered. A window of 0 gathers nothing.
 */
export class Coalescer {
  #send: () => void;
  #windowMs: number;
  #lastAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: () => void, windowMs: number) {
    this.#send = send;
    this.#windowMs = windowMs;
  }

  /** There is something to send. */
  poke(): void {
    if (this.#timer) return;
    const wait = this.#lastAt + this.#windowMs - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Sends what there is now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastAt = performance.now();
    this.#send();
  }
}
