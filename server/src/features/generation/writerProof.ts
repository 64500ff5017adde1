/**
 * Milliseconds after the last proof after which a new one is needed: more than lies between two saves of an answer, and
 * less than another node needs to take it over.
 */
const validMs = 3_000;

/**
 * Knows whether the database has shown lately that this node still writes an answer. After a pause of the process
 * another node may have taken it over, and readers must not get text of both. A single node needs no proof.
 */
export class WriterProof {
  #isNeeded: boolean;
  #at = -Infinity;

  constructor(isNeeded: boolean) {
    this.#isNeeded = isNeeded;
  }

  get isMissing(): boolean {
    return this.#isNeeded && performance.now() - this.#at > validMs;
  }

  /** Runs a query that succeeds with a row only for the writer. */
  async from<T>(query: () => Promise<T | undefined>): Promise<T | undefined> {
    const startedAt = performance.now();
    const row = await query();
    if (row !== undefined) this.#at = startedAt;
    return row;
  }
}
