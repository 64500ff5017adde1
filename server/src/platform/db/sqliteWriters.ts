import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable, isBusy } from './dbErrors.ts';

/** Milliseconds a write waits for the lock of another process. */
const lockWaitMs = 500;
/** Milliseconds between two attempts. SQLite itself would wait on the event loop, so it is not asked to. */
const retryIntervalMs = 10;
/** Milliseconds after a refused write for which others are tried once and do not wait. */
const refuseMs = 1_000;
/** Writers that may wait for those before them. Further ones are refused at once. */
const waitingMax = 1_000;

/** The writers of this process, one after another. They wait for locks of other processes without blocking the event loop. */
export class SqliteWriters {
  #last: Promise<unknown> = Promise.resolve();
  #active = 0;
  #refuseUntil = 0;

  /** Whether a writer runs or waits. */
  get isBusy(): boolean {
    return this.#active > 0;
  }

  /** Number of writers that run: 0 or 1. */
  get running(): number {
    return Math.min(1, this.#active);
  }

  /** Writers that wait for those before them. */
  get waiting(): number {
    return this.#active - this.running;
  }

  /** Resolves when all writers so far have finished. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Runs after all earlier writers have finished. Throws `DatabaseUnavailable` when too many wait. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active >= waitingMax) throw new DatabaseUnavailable('Too many writers wait for the database.');
    this.#active++;
    const done = this.#last.then(work).finally(() => this.#active--);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Runs a statement that takes the lock, again while another process holds it. Throws the last error of SQLite. */
  async locking<T>(statement: () => T): Promise<T> {
    const started = performance.now();
    const giveUpAt = started < this.#refuseUntil ? started : started + lockWaitMs;
    for (;;) {
      try {
        const result = statement();
        this.#refuseUntil = 0;
        return result;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() >= giveUpAt) {
          this.#refuseUntil = performance.now() + refuseMs;
          throw error;
        }
      }
      await sleep(retryIntervalMs);
    }
  }
}
