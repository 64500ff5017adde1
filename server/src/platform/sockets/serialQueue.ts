import { DomainError } from '../errors.ts';

/** Events of one socket that may wait for their turn. A page asks for a handful when it opens. */
const waitingMax = 200;

/** Events of one socket are answered one after the other: however many it sends, it costs no more than one at a time. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Throws when too many wait already. */
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
