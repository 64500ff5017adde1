/** Rights that one node holds at a time. */
export interface Leases {
  /** Runs `work` if nobody holds the lease, on this node or another. Returns undefined if somebody does. */
  run<T>(name: string, work: () => Promise<T>): Promise<{ result: T } | undefined>;
  close(): Promise<void>;
}

/** Leases of a single node. */
export class MemoryLeases implements Leases {
  #held = new Set<string>();

  async run<T>(name: string, work: () => Promise<T>): Promise<{ result: T } | undefined> {
    if (this.#held.has(name)) return undefined;
    this.#held.add(name);
    try {
      return { result: await work() };
    } finally {
      this.#held.delete(name);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
