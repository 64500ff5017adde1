/**
 * Calls `send` at most once in `windowMs`. The first call is immediate; later ones in
 * the window are combined into one. A window of 0 combines nothing.
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

  /** Call when there is something to send. */
  schedule(): void {
    if (this.#timer) return;
    const wait = this.#lastAt + this.#windowMs - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Sends now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastAt = performance.now();
    this.#send();
  }
}
