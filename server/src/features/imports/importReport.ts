import type { ImportResult } from '#shared/imports';
import type { Failure } from './reader/importEvents.ts';

/** Failures named one by one; a file of hundreds of thousands would be a list no one reads. */
const failuresNamed = 1_000;

/** What has come of an import so far. */
export class ImportReport {
  imported = 0;
  skipped = 0;
  #failed: Failure[] = [];
  #failures = 0;

  fail(failure: Failure): void {
    this.#failures++;
    if (this.#failed.length < failuresNamed) this.#failed.push(failure);
  }

  get failures(): number {
    return this.#failures;
  }

  /** Conversations that were dealt with, one way or the other. */
  get done(): number {
    return this.imported + this.skipped + this.#failures;
  }

  result(): ImportResult {
    const { imported, skipped } = this;
    if (this.#failures <= failuresNamed) return { imported, skipped, failed: this.#failed };
    const named = this.#failed.slice(0, failuresNamed - 1);
    const more = (this.#failures - named.length).toLocaleString('en');
    return {
      imported,
      skipped,
      failed: [...named, { title: 'And more', reason: `${more} more could not be imported.` }],
    };
  }
}
