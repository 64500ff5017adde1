/**
 * How many of something the nodes hold, summed over all of them: sockets and imports of a person, for limits. What
 * other nodes hold may be a few seconds old; what this node holds is exact.
 */
export interface Counts {
  /** Changes how many this node holds. Returns at once. */
  change(name: string, by: 1 | -1): void;
  /** Returns the sum of each name over all nodes; over this node alone while the others cannot be reached. */
  totals(names: string[]): Promise<number[]>;
}

/** The names of all counts. */
export const countNames = {
  sockets: 'sockets',
  socketsOf: (userId: string) => `sockets:${userId}`,
  imports: 'imports',
  importsOf: (userId: string) => `imports:${userId}`,
};

/** Counts of a single node, and the part of each node in shared counts. */
export class MemoryCounts implements Counts {
  #held = new Map<string, number>();

  change(name: string, by: 1 | -1): void {
    const count = this.held(name) + by;
    if (count > 0) this.#held.set(name, count);
    else this.#held.delete(name);
  }

  held(name: string): number {
    return this.#held.get(name) ?? 0;
  }

  /** Returns everything this node holds, by name. */
  entries(): [string, number][] {
    return [...this.#held];
  }

  totals(names: string[]): Promise<number[]> {
    return Promise.resolve(names.map((name) => this.held(name)));
  }
}
