import { Router } from 'express';
import type { Store } from '../db/store.ts';

/** Milliseconds for which an answer of the database is believed, so that probes do not load it. */
const readyForMs = 1_000;

export class Health {
  readonly router = Router();
  #stopping = false;
  #checked = { at: 0, ready: false };
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
    // Alive touches nothing: a slow database must not get the process killed.
    this.router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
    this.router.get('/readyz', async (_req, res) => {
      const ready = await this.#ready();
      res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready' });
    });
  }

  /** From now on no new work should be sent here. */
  stop(): void {
    this.#stopping = true;
  }

  async #ready(): Promise<boolean> {
    if (this.#stopping) return false;
    if (Date.now() - this.#checked.at > readyForMs) {
      const ready = await this.#store.probe().then(
        () => true,
        () => false,
      );
      this.#checked = { at: Date.now(), ready };
    }
    return this.#checked.ready;
  }
}
