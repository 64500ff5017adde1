import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import type { Store } from '../db/store.ts';

/** Milliseconds for which a database check is reused, so that probes do not load the database. */
const checkValidMs = 1_000;
/** Milliseconds after which a database that does not respond counts as not ready. */
const checkTimeoutMs = 3_000;

export class Health {
  readonly router = Router();
  #stopping = false;
  #lastCheck = { at: -Infinity, ready: false };
  #running: Promise<void> | undefined;
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
    // The liveness check does not touch the database: a slow database must not get the process killed.
    this.router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
    this.router.get('/readyz', async (_req, res) => {
      const ready = await this.#isReady();
      res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready' });
    });
  }

  /** Reports "not ready" from now on, so that no new requests are routed here. */
  stop(): void {
    this.#stopping = true;
  }

  async #isReady(): Promise<boolean> {
    if (this.#stopping) return false;
    // A clock that never jumps, so that a result is not reused for hours.
    if (performance.now() - this.#lastCheck.at > checkValidMs) {
      this.#running ??= this.#check();
      const timer = new AbortController();
      const timeout = sleep(checkTimeoutMs, undefined, { signal: timer.signal, ref: false }).catch(
        () => undefined,
      );
      // A check that takes longer goes on, and the next probe waits for the same one.
      const isDone = await Promise.race([this.#running.then(() => true), timeout]);
      timer.abort();
      if (!isDone) return false;
    }
    return this.#lastCheck.ready;
  }

  async #check(): Promise<void> {
    const ready = await this.#store.probe().then(
      () => true,
      () => false,
    );
    this.#lastCheck = { at: performance.now(), ready };
    this.#running = undefined;
  }
}
