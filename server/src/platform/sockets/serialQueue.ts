import { DomainError } from '../errors.ts';

/** Events of one socket that may wait in the queue. A page sends a few when it opens. */
const waitingMax = 200;

/** Handles the events of one socket one after the other, so that each socket occupies the server with one event at a time. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Throws when too many events are waiting. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingMax) {
      throw new DomainError('rate_limited', 'Too many events at once. Try again in a moment.');
    }
    this.#waiting++;
    const turn = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
