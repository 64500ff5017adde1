import type { ImportResult } from '#shared/imports';
import { UnreadableFile, type Failure } from './reader/importEvents.ts';

/** Failures listed one by one. A list of hundreds of thousands would be useless. */
const listedFailuresMax = 1_000;

/** Milliseconds, ten minutes: longer than any real export takes, and a bound on how long others wait. */
export const importMsMax = 600_000;

export const tookTooLong = () =>
  new UnreadableFile(
    'It takes longer than ten minutes. Everything before that was imported. Import the file again to get the rest.',
  );

/** Counts what an import has done so far. */
export class ImportReport {
  imported = 0;
  skipped = 0;
  #listed: Failure[] = [];
  #failures = 0;

  fail(failure: Failure): void {
    this.#failures++;
    if (this.#listed.length < listedFailuresMax) this.#listed.push(failure);
  }

  get failures(): number {
    return this.#failures;
  }

  /** The number of processed chats: imported, skipped or failed. */
  get done(): number {
    return this.imported + this.skipped + this.#failures;
  }

  result(): ImportResult {
    const { imported, skipped } = this;
    if (this.#failures <= listedFailuresMax) return { imported, skipped, failed: this.#listed };
    const listed = this.#listed.slice(0, listedFailuresMax - 1);
    const more = (this.#failures - listed.length).toLocaleString('en');
    return {
      imported,
      skipped,
      failed: [...listed, { title: 'More failures', reason: `${more} more could not be imported.` }],
    };
  }
}
