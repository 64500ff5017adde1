import { Router } from 'express';
import type { Store } from '../db/store.ts';

/** Milliseconds for which a database check is reused, so that probes do not load the database. */
const checkValidMs = 1_000;

export class Health {
  readonly router = Router();
  #stopping = false;
  #lastCheck = { at: 0, ready: false };
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
    if (Date.now() - this.#lastCheck.at > checkValidMs) {
      const ready = await this.#store.probe().then(
        () => true,
        () => false,
      );
      this.#lastCheck = { at: Date.now(), ready };
    }
    return this.#lastCheck.ready;
  }
}
